// orloj run --record and --replay: between a run and the network. Playing needs neither network nor keys;
// recording changes nothing of what is sent.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/redact.hpp"
#include "cli/session.hpp"
#include "http/record.hpp"
#include "run/engine.hpp"

namespace cli {

/// What the two options named, opened: a file that cannot be used is told before anything is stored or sent.
class Tape {
  public:
    /// nullptr without either option. Throws Error{usage, io, manifest}.
    static std::unique_ptr<Tape> of(const Arguments& arguments);

    [[nodiscard]] bool plays() const noexcept { return recording_.has_value(); }
    /// The recording that is played, for messages.
    [[nodiscard]] const std::string& played_from() const noexcept { return path_; }
    /// Where its requests went.
    [[nodiscard]] const std::set<std::string>& urls() const noexcept { return urls_; }

  private:
    friend class Wire;
    std::string path_;
    std::optional<std::vector<http::RecordedExchange>> recording_;
    std::set<std::string> urls_;
    std::unique_ptr<http::RecordingFile> file_;
};

/// The keys of a run. One that is played gets a stand-in for those that are not found, since none is sent.
std::unique_ptr<run::Secrets> secrets_for(Session& session, const Tape* tape);

/// The transport of one run: the network, the network with a tape, or the tape alone.
class Wire {
  public:
    /// `tape` may be null. `complain` is told once when the recording cannot go on.
    Wire(Session& session, const run::Plan& plan, run::Secrets& secrets, Tape* tape,
         std::function<void(const std::string&)> complain);
    [[nodiscard]] http::Transport& transport() const noexcept { return outer_ ? *outer_ : *inner_; }

  private:
    std::unique_ptr<http::Transport> inner_;
    std::unique_ptr<http::Transport> outer_; ///< refers to `inner_`
};

} // namespace cli
