// What a command works with: the options everybody takes, the terminal, and the store and the vault, both
// opened when first needed.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/time.hpp"
#include "cli/command.hpp"
#include "cli/format.hpp"
#include "cli/settings.hpp"
#include "credential/aws.hpp"
#include "credential/resolve.hpp"
#include "resource/price_list.hpp"
#include "resource/resource.hpp"
#include "store/database.hpp"
#include "store/location.hpp"
#include "vault/master_key.hpp"

namespace cli {

class Session {
  public:
    explicit Session(Globals globals, Output output = {});

    [[nodiscard]] const Globals& globals() const noexcept { return globals_; }
    /// -n, ORLOJ_NAMESPACE, what the configuration says, or "default".
    [[nodiscard]] std::string namespace_() const {
        return globals_.namespace_ ? *globals_.namespace_ : namespace_setting().value;
    }
    /// The same, and who said it; and the same of the database.
    [[nodiscard]] const Setting& namespace_setting() const;
    Setting database_setting();
    /// The configuration file, read when first needed. Throws Error{usage}.
    [[nodiscard]] const Config& config() const;
    /// What models cost, by the list that the person keeps; nullptr when there is none. Read when first
    /// needed. Throws Error{usage}.
    [[nodiscard]] const resource::PriceList* prices();
    /// What -o says.
    [[nodiscard]] const Output& output() const noexcept { return output_; }
    [[nodiscard]] Format format() const noexcept { return output_.format; }

    /// Data, to stdout. Throws Error{closed} when nobody reads it any more.
    void out(std::string_view text) const;
    /// Text that came from a model, a tool or a file: control characters are made visible on a terminal.
    void out_foreign(std::string_view text) const;
    /// Progress and remarks, to stderr; not with --quiet.
    void say(std::string_view line) const;
    /// The same for a line that is safe to print and may be coloured.
    void say_drawn(std::string_view line) const;
    /// "hint: ...", the next thing to type; like say().
    void hint(std::string_view text) const;
    /// "warning: ...", to stderr.
    void warn(std::string_view text) const;
    /// An error that does not end the command, to stderr.
    void show(const base::Error& error) const;
    /// The complaints of reading manifests, to stderr: so many of them, and how many there are more.
    void show(const base::Diagnostics& diagnostics) const;
    static constexpr std::size_t most_shown = 1000; ///< nobody reads more, and there may be a million
    [[nodiscard]] bool interactive() const;
    /// Called before anything is said on stderr: whoever draws there, or writes a line piece by piece, makes
    /// room. Empty: nobody.
    void before_speech(std::function<void()> make_room) { make_room_ = std::move(make_room); }

    [[nodiscard]] base::Clock& clock() noexcept { return clock_; }
    /// The database for looking; nullptr when nothing was stored yet.
    store::Connection* reading();
    /// The database for changing; created when it is not there.
    store::Connection& writing();
    [[nodiscard]] const std::string& database_path();
    /// The keys of secrets; never beside the database. Asks for the passphrase of a locked key file. Throws
    /// Error{secret}.
    const vault::KeyRing& keys(vault::Create create);
    /// The one that seals.
    const vault::MasterKey& key(vault::Create create) { return keys(create).current(); }
    /// Throws Error{secret} when keys() would find no key that may be used. Asks nobody: a locked file will
    /// do.
    void check_key();
    /// Lets the processes we start open a locked key file: asks for the passphrase now, since they have
    /// nobody to ask, when there are sealed values. Throws Error{secret}.
    void pass_on_passphrase();
    /// Opens a stored secret. nullopt when there is none. Throws Error{secret}.
    std::optional<base::SecretText> stored_secret(const resource::SecretRef& ref);
    /// What AWS's own settings and machines say; nothing is looked at before it is asked.
    credential::AwsChain& aws();
    /// What waits for AWS credentials gives up as soon as `fd` is readable.
    void stop_on(int fd);
    [[nodiscard]] int stop_fd() const noexcept { return stop_fd_; }

  private:
    void speak(const std::string& text) const;
    const store::Place& place();
    Globals globals_;
    Output output_;
    std::function<void()> make_room_;
    void load_keys(vault::Create create);
    mutable std::optional<Config> config_; ///< read at the first question, as the next one
    mutable std::optional<Setting> namespace_setting_;
    std::optional<resource::PriceList> prices_;
    bool prices_read_ = false;
    base::SystemClock clock_;
    std::optional<store::Place> place_;
    std::optional<store::Connection> connection_;
    bool unusable_ = false;
    bool writable_ = false;
    std::optional<vault::KeyRing> keys_;
    std::optional<base::SecretText> passphrase_; ///< of the key file, once it was right
    bool key_checked_ = false;
    std::unique_ptr<http::Transport> aws_transport_; ///< outlives the chain
    std::unique_ptr<credential::AwsChain> aws_;
    int stop_fd_ = -1;
};

/// "error: ..." and its hints, as they are printed.
std::string render(const base::Error& error);

/// "kind/name" or "kind name" of a command line. Throws Error{usage} with the kinds that exist.
struct Target {
    const resource::Kind* kind;
    std::string name; ///< empty when only the kind was given
};
Target parse_target(const std::vector<std::string>& words);
/// A target that has to be a task; a bare name is one too.
resource::Name task_target(const Session& session, const std::vector<std::string>& words);

} // namespace cli
