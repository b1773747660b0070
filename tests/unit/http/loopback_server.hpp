// An HTTP/1.1 server on 127.0.0.1 that says exactly the bytes a test gives it, for tests of the real
// transport. It runs in a thread of its own and never waits for anything but its sockets.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/os.hpp"

struct SeenRequest {
    int connection = 0; ///< 1, 2, ... in order of connecting
    std::string head;   ///< request line and header, with CRLFs
    std::string body;
};

struct ServerReply {
    enum class Then { keep, close };
    std::string bytes; ///< may be empty: the test answers later with send()
    Then then = Then::keep;
};

class LoopbackServer {
  public:
    using Handler = std::function<ServerReply(const SeenRequest&)>;
    explicit LoopbackServer(Handler handler);
    ~LoopbackServer();
    LoopbackServer(const LoopbackServer&) = delete;
    LoopbackServer& operator=(const LoopbackServer&) = delete;

    [[nodiscard]] int port() const noexcept { return port_; }
    /// "http://127.0.0.1:<port>" and the path.
    [[nodiscard]] std::string url(const std::string& path = "/") const;
    /// Becomes readable with each request; nobody reads from it but clear_seen().
    [[nodiscard]] int seen_fd() const noexcept { return seen_read_.get(); }
    void clear_seen();
    [[nodiscard]] std::vector<SeenRequest> requests();
    [[nodiscard]] int accepted();

    /// Writes to, and perhaps closes, a connection from the test's thread.
    void send(int connection, const std::string& bytes, ServerReply::Then then = ServerReply::Then::keep);

  private:
    struct Connection {
        int number = 0;
        base::Fd fd;
        std::string input;
    };
    void serve();
    void send_pending();
    void accept_one();
    bool read_from(Connection& connection);
    bool answer_requests(Connection& connection);
    bool reply(Connection& connection, const ServerReply& what);

    Handler handler_;
    int port_ = 0;
    base::Fd listener_;
    base::Fd seen_read_, seen_write_, wake_read_, wake_write_;
    std::mutex mutex_;
    std::deque<std::pair<int, ServerReply>> to_send_;
    std::vector<SeenRequest> requests_;
    int accepted_ = 0;
    std::atomic<bool> stop_ = false;
    std::vector<Connection> connections_; // the thread's own
    std::thread thread_;
};

/// A whole response with a Content-Length.
std::string http_response(const std::string& body, const std::string& status = "200 OK",
                          const std::string& headers = "");
