#include "cli/session.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include <unistd.h>

#include "base/os.hpp"
#include "base/text.hpp"
#include "cli/passphrase.hpp"
#include "cli/prices.hpp"
#include "cli/typed_again.hpp"
#include "store/resources.hpp"
#include "terminal/colour.hpp"
#include "vault/key_file.hpp"
#include "vault/seal.hpp"

#include "config.hpp"

namespace cli {

std::string render(const base::Error& error) {
    const std::string place = base::render(error.where());
    std::string text =
        (place.empty() ? "error: " : place + ": error: ") + base::visible(error.message()) + "\n";
    for (const std::string& hint : error.hints())
        text += "hint: " + base::visible(hint) + "\n";
    return terminal::paint_speech(std::move(text));
}

Session::Session(Globals globals, Output output) : globals_(std::move(globals)), output_(std::move(output)) {
    if (globals_.no_color) terminal::forbid_colour();
    if (!globals_.namespace_) return;
    const std::string problem =
        globals_.namespace_->empty() ? "is empty" : resource::name_problem(*globals_.namespace_);
    if (problem.empty()) return;
    throw base::Error(base::Fault::usage, base::format("namespace \"{}\" {}", *globals_.namespace_, problem));
}

void Session::out(std::string_view text) const {
    base::write_all(STDOUT_FILENO, text);
}

void Session::out_foreign(std::string_view text) const {
    if (base::is_terminal(STDOUT_FILENO))
        out(base::visible(text, base::Lines::keep));
    else
        out(text);
}

void Session::speak(const std::string& text) const {
    if (make_room_) make_room_();
    base::write_all(STDERR_FILENO, text);
}

void Session::say(std::string_view line) const {
    say_drawn(base::visible(line));
}

void Session::say_drawn(std::string_view line) const {
    if (!globals_.quiet) speak(std::string(line) + "\n");
}

void Session::hint(std::string_view text) const {
    say(base::format("hint: {}", typed_again(text, globals_)));
}

void Session::warn(std::string_view text) const {
    speak(terminal::paint_speech("warning: " + base::visible(text) + "\n"));
}

void Session::show(const base::Error& error) const {
    speak(render(typed_again(error, globals_)));
}

void Session::show(const base::Diagnostics& diagnostics) const {
    std::string text;
    const auto& all = diagnostics.all();
    for (std::size_t i = 0; i < std::min(all.size(), most_shown); ++i)
        text += base::render(all[i]);
    if (all.size() > most_shown)
        text += base::format("note: {} more are not shown\n", all.size() - most_shown);
    if (!text.empty()) speak(terminal::paint_speech(std::move(text)));
}

bool Session::interactive() const {
    return base::is_terminal(STDIN_FILENO) && base::is_terminal(STDERR_FILENO);
}

const store::Place& Session::place() {
    if (!place_) {
        place_ = store::locate(globals_.db, [this]() -> std::optional<std::string> {
            const auto setting = db_setting(config());
            return setting ? std::optional(setting->value) : std::nullopt;
        });
        for (const std::string& warning : place_->warnings)
            warn(warning);
    }
    return *place_;
}

const Config& Session::config() const {
    if (!config_) config_ = read_config(config_path());
    return *config_;
}

const resource::PriceList* Session::prices() {
    if (!prices_read_) prices_ = read_prices(*this);
    prices_read_ = true;
    return prices_ ? &*prices_ : nullptr;
}

const Setting& Session::namespace_setting() const {
    if (namespace_setting_) return *namespace_setting_;
    if (globals_.namespace_) {
        namespace_setting_ = {*globals_.namespace_, "--namespace"};
    } else if (const auto named = base::environment("ORLOJ_NAMESPACE")) {
        if (const std::string problem = resource::name_problem(*named); !problem.empty()) {
            throw base::Error(base::Fault::usage,
                              base::format("namespace \"{}\" of ORLOJ_NAMESPACE {}", *named, problem));
        }
        namespace_setting_ = {*named, "environment ORLOJ_NAMESPACE"};
    } else {
        namespace_setting_ = cli::namespace_setting(config()).value_or(Setting{"default", "default"});
    }
    return *namespace_setting_;
}

Setting Session::database_setting() {
    switch (place().source) {
    case store::Source::option:
        return {place().path, "--db"};
    case store::Source::environment:
        return {place().path, "environment ORLOJ_DB"};
    case store::Source::project:
        return {place().path, "project"};
    case store::Source::configured:
        return {place().path, db_setting(config()).value_or(Setting{}).source};
    case store::Source::user:
        return {place().path, "default"};
    }
    return {};
}

const std::string& Session::database_path() {
    return place().path;
}

store::Connection* Session::reading() {
    if (!connection_ && !unusable_) {
        unusable_ = true; // told once; what is not there yet may come, and is looked for again
        if (auto opened = store::open_to_read(place().path)) connection_.emplace(std::move(*opened));
        unusable_ = false;
    }
    return connection_ ? &*connection_ : nullptr;
}

store::Connection& Session::writing() {
    if (!writable_) {
        connection_.reset();
        store::prepare_directory(place().path);
        connection_.emplace(store::open_to_write(place().path));
        writable_ = true;
    }
    return *connection_;
}

const vault::KeyRing& Session::keys(vault::Create create) {
    if (!keys_) {
        namespace fs = std::filesystem;
        if (!base::environment("ORLOJ_SECRET_ENCRYPTION_KEY")) {
            std::error_code error;
            const fs::path file = fs::weakly_canonical(vault::key_file_path(), error);
            if (file.parent_path() == fs::weakly_canonical(place().path, error).parent_path()) {
                throw base::Error(
                    base::Fault::secret,
                    base::format("the key file '{}' would lie beside the database", file.string()))
                    .hint("set ORLOJ_KEY_FILE to a place of its own");
            }
        }
        // A new key would not open what the lost one sealed, and would be in the way when that one is put
        // back.
        const bool sealed = reading() != nullptr && store::Resources(*reading()).sealed_count() > 0;
        load_keys(sealed ? vault::Create::never : create);
    }
    return *keys_;
}

/// A person may mistype a passphrase; a program may not.
void Session::load_keys(vault::Create create) {
    constexpr int most_tries = 3;
    for (int tries = 1; !keys_; ++tries) {
        std::optional<base::SecretText> used;
        try {
            keys_.emplace(vault::load_keys(create, [&](const std::string& path) {
                used = passphrase_ ? *passphrase_ : known_passphrase(*this, path);
                return *used;
            }));
            passphrase_ = std::move(used);
        } catch (const base::Error& error) {
            if (!used || tries == most_tries || !interactive() || passphrase_of_environment()) throw;
            passphrase_.reset();
            show(error);
        }
    }
}

void Session::check_key() {
    if (key_checked_ || keys_) return;
    bool locked = false;
    if (!base::environment("ORLOJ_SECRET_ENCRYPTION_KEY")) {
        const auto content = vault::read_key_file(vault::key_file_path());
        locked = content && std::holds_alternative<vault::LockedKeys>(*content);
    }
    if (!locked) (void)keys(vault::Create::never);
    key_checked_ = true;
}

void Session::pass_on_passphrase() {
    if (reading() == nullptr || store::Resources(*reading()).sealed_count() == 0) return;
    if (base::environment("ORLOJ_SECRET_ENCRYPTION_KEY")) return;
    const auto content = vault::read_key_file(vault::key_file_path());
    if (!content || !std::holds_alternative<vault::LockedKeys>(*content)) return;
    (void)keys(vault::Create::never); // a wrong one is found before the first task fails by it
    if (passphrase_of_environment() || !passphrase_) return;
    const std::string_view words = passphrase_->reveal();
    (void)::setenv("ORLOJ_KEY_PASSPHRASE", std::string(words).c_str(), 1); // NOLINT(concurrency-mt-unsafe)
}

std::optional<base::SecretText> Session::stored_secret(const resource::SecretRef& ref) {
    store::Connection* connection = reading();
    if (connection == nullptr) return std::nullopt;
    const auto values = store::Resources(*connection).sealed(ref.secret);
    const auto it = values.find(ref.key);
    if (it == values.end()) return std::nullopt;
    const vault::SealedPlace place{ref.secret.namespace_, ref.secret.name, ref.key};
    const auto id = vault::sealing_key_id(it->second);
    const vault::MasterKey* with = id ? keys(vault::Create::never).find(*id) : nullptr;
    if (id && with == nullptr) {
        keys_.reset(); // another process may have made a new key since
        with = keys(vault::Create::never).find(*id);
    }
    return vault::open(with == nullptr ? key(vault::Create::never) : *with, place, it->second);
}

credential::AwsChain& Session::aws() {
    if (aws_ == nullptr) {
        const auto transport = [this]() -> http::Transport& {
            if (aws_transport_ == nullptr)
                aws_transport_ = http::curl_transport(clock_, "orloj/" ORLOJ_VERSION);
            return *aws_transport_;
        };
        aws_ = std::make_unique<credential::AwsChain>(
            credential::AwsWorld{base::environment, transport, clock_, stop_fd_});
    }
    return *aws_;
}

void Session::stop_on(int fd) {
    stop_fd_ = fd;
    if (aws_ != nullptr) aws_->stop_on(fd);
}

Target parse_target(const std::vector<std::string>& words) {
    std::string kind_word = words.empty() ? std::string() : words.front();
    std::string name = words.size() > 1 ? words[1] : std::string();
    if (const std::size_t slash = kind_word.find('/'); slash != std::string::npos) {
        if (!name.empty())
            throw base::Error(base::Fault::usage, base::format("unexpected argument '{}'", name));
        name = kind_word.substr(slash + 1);
        kind_word.resize(slash);
    }
    if (words.size() > 2)
        throw base::Error(base::Fault::usage, base::format("unexpected argument '{}'", words[2]));
    const resource::Kind* kind = resource::find_kind(kind_word);
    if (kind != nullptr) return {kind, std::move(name)};
    std::vector<std::string> known;
    for (const resource::Kind& row : resource::kinds()) {
        known.emplace_back(row.plural);
        known.emplace_back(row.singular);
    }
    const auto meant = base::nearest(kind_word, known);
    throw base::Error(base::Fault::usage, base::format("unsupported resource \"{}\"", kind_word))
        .hint(meant ? base::format("did you mean '{}'?", *meant)
                    : "see which kinds there are: orloj explain");
}

resource::Name task_target(const Session& session, const std::vector<std::string>& words) {
    if (words.size() == 1 && words.front().find('/') == std::string::npos &&
        resource::find_kind(words.front()) == nullptr) {
        return {session.namespace_(), words.front()};
    }
    const Target target = parse_target(words);
    if (target.kind != &resource::kind_of<resource::TaskSpec>()) {
        throw base::Error(base::Fault::usage, base::format("'{}' is not a task", words.front()))
            .hint("name a task: task/NAME");
    }
    if (target.name.empty())
        throw base::Error(base::Fault::usage, "the task's name is missing").hint("name a task: task/NAME");
    return {session.namespace_(), target.name};
}

} // namespace cli
