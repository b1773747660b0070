#include <doctest/doctest.h>

#include <string>

#include "base/error.hpp"
#include "base/hash.hpp"
#include "vault/seal.hpp"

namespace {

constexpr vault::SealedPlace place{"default", "openai", "value"};
constexpr char changed[] =
    "cannot open the secret 'default/openai', key 'value': the sealed value was changed or "
    "belongs to another place";

vault::MasterKey filled_key(char fill) {
    return vault::MasterKey(base::SecretText(std::string(32, fill)));
}

/// What opening says; "" when it succeeds.
std::string complaint(const vault::MasterKey& key, const vault::SealedPlace& where, std::string_view sealed) {
    try {
        (void)vault::open(key, where, sealed);
        return "";
    } catch (const base::Error& error) {
        CHECK(error.fault() == base::Fault::secret);
        return error.message();
    }
}

} // namespace

TEST_CASE("what was sealed opens, whatever its length and bytes") {
    const vault::MasterKey key = filled_key('k');
    for (std::size_t size = 0; size <= 130; ++size) {
        std::string value = base::random_bytes(size);
        if (size > 0) value.back() = '\x80'; // the padding's own marker
        const std::string sealed = vault::seal(key, place, value);
        CHECK(vault::open(key, place, sealed).reveal() == value);
        CHECK(sealed.size() == 1 + 8 + 24 + (size / 32 + 1) * 32 + 16);
        CHECK(vault::sealing_key_id(sealed) == key.id());
    }
}

TEST_CASE("the sealed value neither shows the value nor repeats") {
    const vault::MasterKey key = filled_key('k');
    const std::string one = vault::seal(key, place, "CANARY-value");
    CHECK(one.find("CANARY") == std::string::npos);
    CHECK(one != vault::seal(key, place, "CANARY-value"));
}

TEST_CASE("a value sealed by the first release still opens") {
    const vault::MasterKey key = filled_key('k');
    const auto sealed = base::from_hex(
        "01e1057f9e2e7167248c9faf6b5f4cccac668fe6069d7067d14cca29f13ed51b8ffffb15b6f6080ddef4b4c139565c0c"
        "dc18df4e2065db99954accb74ad4b40b981abcd0c9db9ba6ffd97767c3eb0f0ee9");
    REQUIRE(sealed);
    CHECK(vault::open(key, place, *sealed).reveal() == "sk-first");
}

TEST_CASE("every changed byte fails closed with the same words") {
    const vault::MasterKey key = filled_key('k');
    const std::string sealed = vault::seal(key, place, "sk-secret");
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        for (const unsigned flip : {0x01U, 0x80U, 0xffU}) {
            std::string bytes = sealed;
            bytes[i] = static_cast<char>(static_cast<unsigned char>(bytes[i]) ^ flip);
            const std::string said = complaint(key, place, bytes);
            if (i >= 1 && i <= 8) {
                CHECK(said ==
                      "cannot open the secret 'default/openai', key 'value': it was sealed with key '" +
                          *vault::sealing_key_id(bytes) + "', but the key in use is '" + key.id() + "'");
            } else {
                CHECK(said == changed);
            }
        }
    }
}

TEST_CASE("a cut or longer value fails closed") {
    const vault::MasterKey key = filled_key('k');
    const std::string sealed = vault::seal(key, place, std::string(40, 's'));
    for (std::size_t size = 0; size < sealed.size(); ++size) {
        CHECK(complaint(key, place, sealed.substr(0, size)) == changed);
    }
    CHECK(complaint(key, place, sealed + "x") == changed);
    CHECK(complaint(key, place, sealed + std::string(32, 'x')) == changed);
}

TEST_CASE("a value moved to another place does not open") {
    const vault::MasterKey key = filled_key('k');
    const std::string sealed = vault::seal(key, {"ab", "cd", "ef"}, "s");
    const vault::SealedPlace others[] = {{"a", "bcd", "ef"}, {"ab", "c", "def"}, {"abcd", "", "ef"},
                                         {"ab", "cdef", ""}, {"xx", "cd", "ef"}, {"ab", "xx", "ef"},
                                         {"ab", "cd", "xx"}, {"ab", "cd", ""}};
    for (const vault::SealedPlace& other : others) {
        CHECK(complaint(key, other, sealed) ==
              "cannot open the secret '" + std::string(other.namespace_) + "/" + std::string(other.name) +
                  "', key '" + std::string(other.key) +
                  "': the sealed value was changed or belongs to another place");
    }
    CHECK(complaint(key, {"ab", "cd", "ef"}, sealed).empty());
}

TEST_CASE("another key is named, and so is the way out") {
    const vault::MasterKey first = filled_key('a');
    const vault::MasterKey second = filled_key('b');
    const std::string sealed = vault::seal(first, place, "s");
    try {
        (void)vault::open(second, place, sealed);
        FAIL("opened with another key");
    } catch (const base::Error& error) {
        CHECK(error.message() ==
              "cannot open the secret 'default/openai', key 'value': it was sealed with key '" + first.id() +
                  "', but the key in use is '" + second.id() + "'");
        REQUIRE(error.hints().size() == 2);
        CHECK(error.hints()[0] ==
              "give the key it was sealed with: a file with ORLOJ_KEY_FILE, or the key itself "
              "with ORLOJ_SECRET_ENCRYPTION_KEY");
        CHECK(error.hints()[1] ==
              "a lost key cannot be recovered; set the secret again: orloj create secret openai "
              "-n default --from-file value=FILE");
    }
    // A forged key id does not help.
    std::string forged = sealed;
    forged.replace(1, 8, *base::from_hex(second.id()));
    CHECK(complaint(second, place, forged) == changed);
}

TEST_CASE("the id of a key does not change between releases") {
    CHECK(filled_key('k').id() ==
          base::hex(base::sha256("orloj key id" + std::string(32, 'k'))).substr(0, 16));
}
