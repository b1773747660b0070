// Lines on stderr, and on a terminal the answer as it comes.
#include <csignal>
#include <utility>

#include <unistd.h>

#include "base/os.hpp"
#include "base/text.hpp"
#include "cli/interruption.hpp"
#include "cli/onlooker.hpp"

namespace cli {

namespace {

class PlainOnlooker final : public Onlooker {
  public:
    PlainOnlooker(Session& session, const run::Plan& plan)
        : session_(session), agent_(answering_agent(session, plan)),
          silent_(session.format() == Format::jsonl) { // stdout says it all
        session_.before_speech([this] { break_line(); });
    }
    ~PlainOnlooker() override { session_.before_speech(nullptr); }
    PlainOnlooker(const PlainOnlooker&) = delete;
    PlainOnlooker& operator=(const PlainOnlooker&) = delete;

    void tell(const trace::Event& event) override {
        const bool told = trace::kind_of(event.payload).told == trace::Told::always;
        if (silent_ || (!told && !session_.globals().verbose)) return;
        say(event.agent.empty() ? trace::sentence(event)
                                : base::format("{}: {}", event.agent, trace::sentence(event)));
    }

    void text(const std::string& agent, std::string_view piece) override {
        if (agent == agent_) waiting_ += piece;
    }

    /// Pieces that came together are written together.
    void look() override {
        if (waiting_.empty()) return;
        session_.out_foreign(waiting_);
        open_ = !waiting_.ends_with('\n');
        shown_ += std::exchange(waiting_, {});
    }

    void stop(const std::string& line, base::Duration grace) override {
        (void)grace;
        stop_at_once();
        say(line);
    }
    void stop_at_once() override {
        try {
            // The terminal shows "^C" where its cursor stands.
            const bool echoed = Interruption::last() == SIGINT && base::is_terminal(STDERR_FILENO);
            if (!break_line() && echoed) session_.say("");
        } catch (const base::Error&) {
            return; // nobody listens any more; the run still has to end in order
        }
    }
    void leave() override {
        look();
        session_.before_speech(nullptr);
    }
    bool break_line() override {
        look();
        if (!std::exchange(open_, false)) return false;
        session_.out("\n");
        return true;
    }
    [[nodiscard]] const std::string& shown() const override { return shown_; }

  private:
    void say(const std::string& line) const {
        try {
            session_.say(line);
        } catch (const base::Error&) {
            return; // nobody listens any more; the run goes on, its journal is complete
        }
    }

    Session& session_;
    std::string agent_; ///< "": nobody
    bool silent_;
    std::string waiting_; ///< text that was not written yet
    std::string shown_;
    bool open_ = false; ///< the last line has no end yet
};

} // namespace

std::unique_ptr<Onlooker> plain_onlooker(Session& session, const run::Plan& plan) {
    return std::make_unique<PlainOnlooker>(session, plan);
}

} // namespace cli
