// What the two files mean. The rows are the cases AWS's SDKs are tested with, in our words, and what
// botocore's reader (1.44) makes of files that those leave open.
#include <doctest/doctest.h>

#include "base/text.hpp"
#include "credential/aws_profile.hpp"

namespace {

using credential::ProfileFile;

void show(std::string& out, const char* kind, const auto& sections) {
    for (const auto& [name, section] : sections) {
        out += base::format("{}[{}]", kind, name);
        for (const auto& [key, property] : section) {
            out += base::format(" {}={}", key, base::visible(property.value));
            for (const auto& [inner, value] : property.nested)
                out += base::format("({}={})", inner, value);
        }
        out += ';';
    }
}

std::string shown(const credential::ParsedProfiles& parsed) {
    if (!parsed.problem.message.empty())
        return base::format("line {}: {}", parsed.problem.line, parsed.problem.message);
    std::string out;
    show(out, "", parsed.profiles.profiles);
    show(out, "sso", parsed.profiles.sso_sessions);
    show(out, "services", parsed.profiles.services);
    return out;
}

struct Row {
    const char* text;
    const char* expected;
};

TEST_CASE("what a config file says") {
    const Row rows[] = {
        {"", ""},
        {"[profile foo]", "[foo];"},
        {"[profile some-thing:long/the_one%only.foo@bar+]\n[profile foo!bar]",
         "[some-thing:long/the_one%only.foo@bar+];"},
        {"[profile foo", "line 1: the name of a section does not end with ']'"},
        {"[profile foo] x", "line 1: something follows the ']' of a section"},
        {"[profile \tfoo \t]", "[foo];"},
        {"[profile\tfoo]", "[foo];"},
        {"[   profile foo    ]\nname = value\n[profile bar]", "[bar];[foo] name=value;"},
        {"[profilefoo]\nname = value\n[profile bar]", "[bar];"},
        {"name = value", "line 1: a property stands before the first [section]"},
        {" -continued", "line 1: a property stands before the first [section]"},
        {"[profile foo]\nname = value", "[foo] name=value;"},
        {"[profile foo]\r\nname = value\r\nb = c\r\n", "[foo] b=c name=value;"},
        {"[profile foo]\nname = val=ue", "[foo] name=val=ue;"},
        {"[profile foo]\nname = \xf0\x9f\x98\x82", "[foo] name=\xf0\x9f\x98\x82;"},
        {"[profile foo]\nname \t=  \tvalue \t", "[foo] name=value;"},
        {"[profile foo]\nname =", "[foo] name=;"},
        {"[profile foo]\n= value", "line 2: a property has no name"},
        {"[profile foo]\nkey : value", "line 2: expected 'name = value'"},
        {"\t \n[profile foo]\n\t\n \nname = value\n\t \n[profile bar]\n \t", "[bar];[foo] name=value;"},
        {"# Comment\n[profile foo] # Comment\nname = value # Comment with # sign", "[foo] name=value;"},
        {"; Comment\n[profile foo] ; Comment\nname = value ; Comment with ; sign", "[foo] name=value;"},
        {";\n[profile foo];\nname = value ;\n", "[foo] name=value;"},
        {"[profile foo]; Adjacent\n[profile bar]# Adjacent", "[bar];[foo];"},
        {"[profile foo]\nname = value; Adjacent\nname2 = value# Adjacent",
         "[foo] name=value; Adjacent name2=value# Adjacent;"},
        {"[profile foo]\nname = value\n -continued\n \t -and \t ", "[foo] name=value\\n-continued\\n-and;"},
        {"[profile foo]\nname = value\n -continued # Comment", "[foo] name=value\\n-continued # Comment;"},
        {"[profile foo]\n -continued", "line 2: expected 'name = value'"},
        {"[profile foo]\nname = value\n[profile foo]\n -continued", "line 4: expected 'name = value'"},
        {"[profile foo]\nname = value\n[profile foo]\nname2 = value2", "[foo] name=value name2=value2;"},
        {"[profile foo]\nName = value\n[profile foo]\nname = value2", "[foo] name=value2;"},
        {"[profile default]\nname = value\n[default]\nname2 = value2\n[profile default]\nname3 = value3",
         "[default] name=value name3=value3;"},
        {"[default]\nname2 = value2\n[profile default]\nname = value", "[default] name=value;"},
        {"[default]\nname = value", "[default] name=value;"},
        {"[foo]\nname = value", ""},
        {"[profile in valid]\nname = value\n more\n[profile bar]\nx = 1", "[bar] x=1;"},
        {"[profile foo]\nin valid = value\n more\nx = 1", "[foo] x=1;"},
        {"[profile foo]\ns3 =\n name = value\n\t \n name2 = value2", "[foo] s3=(name=value)(name2=value2);"},
        {"[profile foo]\ns3 =\n invalid", "line 3: expected 'name = value' in an indented line"},
        {"[profile foo]\ns3 =\n = value", "line 3: a property in an indented line has no name"},
        {"[profile foo]\ns3 =\n name =\n in valid = value", "[foo] s3=(in valid=value)(name=);"},
        {"[sso-session foo]\nname = value\n[profile bar]", "[bar];sso[foo] name=value;"},
        {"[services local]\nsts =\n  endpoint_url = http://x\n",
         "services[local] sts=(endpoint_url=http://x);"},
        // Python's INI files, which the AWS CLI reads, allow these.
        {"[default]\n  a = 1\n  b = 2\n", "[default] a=1 b=2;"},
        {"[default]\n  a = 1\n    more\n  b = 2\n", "[default] a=1\\nmore b=2;"},
        {"[default]\na = 1\n  # a comment\nb = 2", "[default] a=1 b=2;"},
        {"[profile \"two words\"]\na = 1\n[profile 'x]y']", "line 3: something follows the ']' of a section"},
        {"[profile \"two words\"]\na = 1\n[profile 'it.em']", "[it.em];[two words] a=1;"},
        {"\xef\xbb\xbf[default]\na = 1", "[default] a=1;"},
        {"[default]\na = \xff", "line 2: not valid UTF-8"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        CHECK(shown(credential::parse_profiles(row.text, ProfileFile::config)) == row.expected);
    }
}

TEST_CASE("what a credentials file says") {
    const Row rows[] = {
        {"[foo]\nname = value", "[foo] name=value;"},
        {"[   foo    ]\nname = value\n[profile bar]\nx = 1", "[foo] name=value;"},
        {"[sso-sessionfoo]\nname = value\n[bar]", "[bar];[sso-sessionfoo] name=value;"},
        {"[two words]\nx = 1", "[two words] x=1;"}, // as `aws configure --profile 'two words'` writes it
        {"[]\nx = 1", ""},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        CHECK(shown(credential::parse_profiles(row.text, ProfileFile::credentials)) == row.expected);
    }
}

TEST_CASE("the credentials file wins, property by property") {
    auto config =
        credential::parse_profiles("[profile foo]\na = 1\nb = 2\n[default]\nx = 1", ProfileFile::config);
    auto credentials =
        credential::parse_profiles("[foo]\nb = 3\nc = 4\n[default]\ny = 2", ProfileFile::credentials);
    credential::merge_profiles(config.profiles, std::move(credentials.profiles));
    CHECK(shown(config) == "[default] x=1 y=2;[foo] a=1 b=3 c=4;");
    const auto& foo = config.profiles.profiles.at("foo");
    CHECK(foo.at("a").file == ProfileFile::config);
    CHECK(foo.at("b").file == ProfileFile::credentials);
    CHECK(foo.at("b").line == 2);
}

TEST_CASE("a file that is cut anywhere is read or refused") {
    const std::string text = "# keys\n[profile dev]\naws_access_key_id = AKID\naws_secret_access_key = "
                             "secret\ns3 =\n  a = b\n[sso-session x]\nsso_region = us-east-1\n";
    for (std::size_t size = 0; size <= text.size(); ++size) {
        CAPTURE(size);
        const auto parsed = credential::parse_profiles(text.substr(0, size), ProfileFile::config);
        CHECK((parsed.problem.message.empty() || parsed.profiles.profiles.empty()));
    }
}

} // namespace
