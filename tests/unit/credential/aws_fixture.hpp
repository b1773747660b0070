// What the tests of AWS credentials share: a home directory of their own, an environment that is not the
// machine's, a clock that moves when told, and the real transport, which counts what leaves.
#pragma once

#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>

#include <doctest/doctest.h>

#include "../http/loopback_server.hpp"
#include "base/error.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"
#include "credential/aws.hpp"

namespace test {

/// The time of day stands still; the active time is the machine's, so that timeouts end.
class DayClock final : public base::Clock {
  public:
    base::Time now() override { return now_; }
    base::Duration active() override { return real_.active(); }
    void pass(base::Duration time) { now_ = now_ + time; }

  private:
    base::SystemClock real_;
    base::Time now_ = *base::parse_rfc3339("2026-11-22T12:00:00Z");
};

class Home {
  public:
    Home() : path_(std::filesystem::temp_directory_path() / ("orloj-credential-" + base::random_hex(12))) {
        std::filesystem::create_directories(path_ / ".aws" / "sso" / "cache");
        ::signal(SIGPIPE, SIG_IGN);
    }
    Home(const Home&) = delete;
    Home& operator=(const Home&) = delete;
    ~Home() { std::filesystem::remove_all(path_); }
    [[nodiscard]] std::string path(const std::string& name = "") const {
        return name.empty() ? path_.string() : (path_ / name).string();
    }
    /// Writes a file and returns its path.
    std::string write(const std::string& name, std::string_view text) const {
        std::ofstream(path_ / name, std::ios::binary) << text;
        return path(name);
    }

  private:
    std::filesystem::path path_;
};

/// Counts requests, and keeps them; passes them on to the real transport, or answers what the test says.
class Watched final : public http::Transport {
  public:
    explicit Watched(base::Clock& clock) : clock_(clock) {}
    using Script = std::function<std::variant<http::Response, http::Failure>(const http::Request&)>;
    Script script; ///< answers instead of the network
    std::vector<http::Request> sent;

    void start(http::CallId id, http::Request request) override {
        sent.push_back(request);
        if (script) {
            auto answer = script(request);
            if (auto* response = std::get_if<http::Response>(&answer)) {
                ready_.push_back({id, std::move(*response)});
            } else {
                ready_.push_back({id, std::move(std::get<http::Failure>(answer))});
            }
            return;
        }
        real().start(id, std::move(request));
    }
    void cancel(http::CallId id) override {
        if (real_) real_->cancel(id);
    }
    using http::Transport::wait;
    std::vector<http::Event> wait(base::Duration limit, std::span<const http::Wake> wakes) override {
        if (script) return std::exchange(ready_, {});
        return real().wait(limit, wakes);
    }

  private:
    http::Transport& real() {
        if (!real_) real_ = http::curl_transport(clock_, "orloj/test");
        return *real_;
    }
    base::Clock& clock_;
    std::unique_ptr<http::Transport> real_;
    std::vector<http::Event> ready_;
};

struct Aws {
    Home home;
    std::map<std::string, std::string> environment{{"HOME", home.path()},
                                                   {"AWS_EC2_METADATA_DISABLED", "true"}};
    DayClock clock;
    Watched transport{clock};
    credential::AwsWorld world{
        [this](const std::string& name) -> std::optional<std::string> {
            const auto found = environment.find(name);
            if (found == environment.end() || found->second.empty()) return std::nullopt;
            return found->second;
        },
        [this]() -> http::Transport& { return transport; },
        clock,
        -1,
        {base::Duration{}, base::seconds(5), base::seconds(2), base::seconds(1), base::seconds(5)}};

    void config(std::string_view text) const { home.write(".aws/config", text); }
    void credentials(std::string_view text) const { home.write(".aws/credentials", text); }
};

/// The message and the hints, or "" when nothing is thrown.
template <typename Call>
std::string complaint(Call call, base::Fault expected = base::Fault::secret) {
    try {
        call();
    } catch (const base::Error& error) {
        CHECK(error.fault() == expected);
        std::string out = error.message();
        for (const auto& hint : error.hints())
            out += "\nhint: " + hint;
        return out;
    }
    return {};
}

inline const credential::AwsKeys& keys_of(const credential::AwsIdentity& identity) {
    REQUIRE(std::holds_alternative<credential::AwsKeys>(identity.proof));
    return std::get<credential::AwsKeys>(identity.proof);
}

/// "ID SECRET TOKEN EXPIRY", with '-' for what there is not.
inline std::string shown(const credential::AwsKeys& keys) {
    const auto word = [](const base::SecretText& text) {
        return text.empty() ? std::string("-") : std::string(text.reveal());
    };
    return base::format("{} {} {} {}", word(keys.access_key_id), word(keys.secret_access_key),
                        word(keys.session_token), keys.expires ? base::rfc3339(*keys.expires) : "-");
}

inline std::string shown(const credential::AwsIdentity& identity) {
    if (const auto* bearer = std::get_if<base::SecretText>(&identity.proof))
        return "bearer " + std::string(bearer->reveal());
    return shown(keys_of(identity));
}

} // namespace test
