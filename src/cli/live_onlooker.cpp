// A live view on a terminal: the rows of LiveView below the answer, drawn by terminal::Screen. A terminal
// that does not read is never waited for while the run goes on; what is text is kept until it does.
#include <algorithm>
#include <utility>

#include <unistd.h>

#include "base/text.hpp"
#include "base/tty.hpp"
#include "cli/interruption.hpp"
#include "cli/live_view.hpp"
#include "cli/onlooker.hpp"
#include "cli/suspension.hpp"
#include "terminal/colour.hpp"
#include "terminal/screen.hpp"
#include "terminal/table.hpp"

namespace cli {

namespace {

constexpr base::Duration between_frames = base::milliseconds(100);
constexpr base::Duration between_pieces = base::milliseconds(33);  // text is read as it comes
constexpr base::Duration tick = base::seconds(1);                  // when only the time goes on
constexpr base::Duration before_first = base::milliseconds(100);   // what is over by then needs no view
constexpr base::Duration before_next_try = base::milliseconds(50); // to write to who did not read
constexpr base::Duration silence = base::seconds(1); // after which a line of the answer is broken for a note
constexpr int last_wait_ms = 100;

/// What stays above the view of an event: what went wrong, and what was decided.
bool stays(const trace::Event& event) {
    if (std::holds_alternative<trace::ModelRequest>(event.payload) ||
        std::holds_alternative<trace::ModelCall>(event.payload))
        return false;
    const auto* decision = std::get_if<trace::PolicyDecision>(&event.payload);
    if (decision != nullptr) return decision->verdict == "deny";
    return trace::kind_of(event.payload).told == trace::Told::always;
}

class LiveOnlooker final : public Onlooker {
  public:
    LiveOnlooker(Session& session, const run::Plan& plan, const EngineOf& engine)
        : session_(session), agent_(answering_agent(session, plan)),
          view_(plan, {[engine](std::size_t node) { return std::string(engine()->waits_for(node)); },
                       [engine](std::size_t node) {
                           return engine()->state().flow.skipped({1, node});
                       }}),
          own_(base::open_terminal_again(STDERR_FILENO)), fd_(own_ ? own_.get() : STDERR_FILENO),
          suspension_(fd_), colour_(terminal::colour_at(STDERR_FILENO)), ascii_(!terminal::utf8_locale()),
          begun_(session.clock().active()), drawn_at_(begun_ - between_frames + before_first) {
        if (!agent_.empty()) view_.leave_out(agent_);
        session_.before_speech([this] { break_line(); });
    }
    ~LiveOnlooker() override {
        try {
            leave();
        } catch (const base::Error&) { // NOLINT(bugprone-empty-catch): nobody is left to draw for
        }
    }
    LiveOnlooker(const LiveOnlooker&) = delete;
    LiveOnlooker& operator=(const LiveOnlooker&) = delete;

    void recall(const trace::Event& event) override { view_.take(event); }
    void tell(const trace::Event& event) override;
    void text(const std::string& agent, std::string_view piece) override;
    void look() override;
    base::Duration patience() override;
    void stop(const std::string& line, base::Duration grace) override;
    void stop_at_once() override;
    void leave() override;
    bool break_line() override;
    [[nodiscard]] const std::string& shown() const override { return shown_; }
    std::vector<std::string> summary() override;
    std::string duration(base::Duration took) override { return ", " + exact_span(took); }

  private:
    [[nodiscard]] Frame frame() {
        return {base::terminal_size(STDERR_FILENO).value_or(size_), colour_, ascii_, session_.clock().now()};
    }
    [[nodiscard]] base::Duration due() const;
    void draw();
    void add_notes(std::string_view end_of_line);
    void send();
    void send_all();

    Session& session_;
    std::string agent_; ///< whose text goes to stdout, which is the same terminal; "": nobody
    LiveView view_;
    terminal::Screen screen_;
    base::Fd own_;
    int fd_;
    Suspension suspension_;
    bool colour_;
    bool ascii_;
    base::TerminalSize size_{80, 24};
    std::string unsent_; ///< what the terminal did not take yet
    std::string notes_;  ///< lines that stay, and wait for the end of the answer's line
    std::string shown_;
    base::Duration begun_; ///< of Clock::active, as the next two
    base::Duration drawn_at_;
    base::Duration spoke_at_{};
    bool changed_ = true;
    bool away_ = false; ///< in the background, where the terminal is another's
    bool left_ = false;
};

void LiveOnlooker::tell(const trace::Event& event) {
    view_.take(event);
    changed_ = true;
    if (stays(event)) {
        const std::string line = event.agent.empty()
                                     ? trace::sentence(event)
                                     : base::format("{}: {}", event.agent, trace::sentence(event));
        notes_ += terminal::paint_speech(base::visible(line) + "\n");
    }
    const bool said_all = event.agent == agent_ && std::holds_alternative<trace::AgentEnd>(event.payload);
    if (!notes_.empty() && (said_all || !screen_.in_line())) add_notes("\n");
}

void LiveOnlooker::add_notes(std::string_view end_of_line) {
    if (screen_.in_line()) screen_.write(end_of_line);
    screen_.write(std::exchange(notes_, {}));
}

void LiveOnlooker::text(const std::string& agent, std::string_view piece) {
    view_.text(agent, piece, session_.clock().now());
    changed_ = true;
    if (agent != agent_ || piece.empty()) return;
    screen_.write(base::visible(piece, base::Lines::keep));
    shown_ += piece;
    spoke_at_ = session_.clock().active();
    if (!notes_.empty() && !screen_.in_line()) add_notes("");
}

/// When the next frame is due, on Clock::active.
base::Duration LiveOnlooker::due() const {
    if (!unsent_.empty()) return drawn_at_ + before_next_try;
    if (away_) return drawn_at_ + tick;
    if (screen_.has_text()) return drawn_at_ + between_pieces;
    return drawn_at_ + (changed_ ? between_frames : tick);
}

base::Duration LiveOnlooker::patience() {
    return std::max(due() - session_.clock().active(), base::Duration{0});
}

void LiveOnlooker::look() {
    const base::Duration now = session_.clock().active();
    const bool came_back = Suspension::came_back();
    if (!came_back && now < due()) return;
    drawn_at_ = now;
    const bool was_away = std::exchange(away_, !base::in_foreground(STDERR_FILENO));
    if (came_back || (was_away && !away_)) {
        screen_.moved_away(); // a shell has spoken
        unsent_.clear();
    }
    if (away_) return;
    send();
    if (!unsent_.empty()) return;
    if (!notes_.empty() && now - spoke_at_ > silence) add_notes("\n");
    draw();
    send();
}

void LiveOnlooker::draw() {
    const Frame now = frame();
    size_ = now.size;
    changed_ = false;
    std::vector<std::string> rows;
    if (session_.clock().active() - begun_ >= before_first) {
        rows = view_.rows(now);
        if (!shown_.empty()) rows.insert(rows.begin(), ""); // between the answer and the agents
    }
    unsent_ += screen_.frame(std::move(rows), size_);
    Suspension::wipe_with(screen_.placed() ? terminal::Screen::wiped : std::string_view());
}

void LiveOnlooker::send() {
    if (unsent_.empty() || (!own_ && !base::wait_writable(fd_, 0))) return;
    const auto written = base::write_some(fd_, unsent_);
    unsent_.erase(0, written.value_or(unsent_.size())); // a terminal that is gone needs nothing
}

/// At the end there is time; but who presses Ctrl-C in front of a terminal that stands still wants to leave.
void LiveOnlooker::send_all() {
    for (send(); !unsent_.empty() && Interruption::seen() < 2; send())
        (void)base::wait_writable(fd_, last_wait_ms);
    unsent_.clear();
}

void LiveOnlooker::stop(const std::string& line, base::Duration grace) {
    (void)line; // the last row says it
    view_.stop(session_.clock().now() + grace);
    changed_ = true;
}

void LiveOnlooker::stop_at_once() {
    view_.stop(std::nullopt);
    changed_ = true;
}

void LiveOnlooker::leave() {
    if (std::exchange(left_, true)) return;
    session_.before_speech(nullptr);
    if (Suspension::came_back() || (away_ && base::in_foreground(STDERR_FILENO))) screen_.moved_away();
    if (!notes_.empty()) add_notes("\n");
    size_ = frame().size;
    unsent_ += screen_.leave(size_);
    Suspension::wipe_with({});
    send_all();
}

bool LiveOnlooker::break_line() {
    const bool open = screen_.in_line();
    if (open) screen_.write("\n");
    if (!left_) size_ = frame().size;
    unsent_ += screen_.leave(size_);
    Suspension::wipe_with({});
    send_all();
    screen_.moved_away();
    return open;
}

std::vector<std::string> LiveOnlooker::summary() {
    return view_.summary(frame());
}

} // namespace

std::unique_ptr<Onlooker> live_onlooker(Session& session, const run::Plan& plan, const EngineOf& engine) {
    return std::make_unique<LiveOnlooker>(session, plan, engine);
}

} // namespace cli
