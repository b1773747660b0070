#include "loopback_server.hpp"

#include <algorithm>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.hpp"

namespace {

void make_pipe(base::Fd& read_end, base::Fd& write_end) {
    int ends[2] = {-1, -1};
    if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
    read_end = base::Fd(ends[0]);
    write_end = base::Fd(ends[1]);
    for (const int end : ends)
        ::fcntl(end, F_SETFL, O_NONBLOCK);
}

void poke(const base::Fd& pipe) {
    [[maybe_unused]] const auto written = ::write(pipe.get(), "x", 1);
}

void drain(const base::Fd& pipe) {
    char bytes[256];
    while (::read(pipe.get(), bytes, sizeof bytes) > 0) {
    }
}

std::size_t content_length(const std::string& head) {
    const auto at = base::lower(head).find("\r\ncontent-length:");
    if (at == std::string::npos) return 0;
    const auto begin = at + 17;
    const auto text = head.substr(begin, head.find("\r\n", begin) - begin);
    return static_cast<std::size_t>(base::to_integer(base::trim(text)).value_or(0));
}

} // namespace

LoopbackServer::LoopbackServer(Handler handler) : handler_(std::move(handler)) {
    make_pipe(seen_read_, seen_write_);
    make_pipe(wake_read_, wake_write_);
    listener_ = base::Fd(::socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_.get(), generic, size) != 0 || ::listen(listener_.get(), 1024) != 0 ||
        ::getsockname(listener_.get(), generic, &size) != 0)
        throw std::runtime_error("cannot listen on the loopback interface");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
}

LoopbackServer::~LoopbackServer() {
    stop_ = true;
    poke(wake_write_);
    thread_.join();
}

std::string LoopbackServer::url(const std::string& path) const {
    return base::format("http://127.0.0.1:{}{}", port_, path);
}

void LoopbackServer::clear_seen() {
    drain(seen_read_);
}

std::vector<SeenRequest> LoopbackServer::requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
}

int LoopbackServer::accepted() {
    const std::lock_guard lock(mutex_);
    return accepted_;
}

void LoopbackServer::send(int connection, const std::string& bytes, ServerReply::Then then) {
    {
        const std::lock_guard lock(mutex_);
        to_send_.push_back({connection, {bytes, then}});
    }
    poke(wake_write_);
}

void LoopbackServer::accept_one() {
    base::Fd fd(::accept(listener_.get(), nullptr, nullptr));
    if (!fd) return;
    const int on = 1;
    ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const std::lock_guard lock(mutex_);
    connections_.push_back({++accepted_, std::move(fd), {}});
}

bool LoopbackServer::reply(Connection& connection, const ServerReply& what) {
    std::string_view rest = what.bytes;
    while (!rest.empty()) {
        const auto sent = ::send(connection.fd.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        rest.remove_prefix(static_cast<std::size_t>(sent));
    }
    return what.then == ServerReply::Then::keep;
}

bool LoopbackServer::answer_requests(Connection& connection) {
    for (;;) {
        const auto end = connection.input.find("\r\n\r\n");
        if (end == std::string::npos) return true;
        SeenRequest seen{connection.number, connection.input.substr(0, end + 4), {}};
        const auto length = content_length(seen.head);
        if (connection.input.size() < end + 4 + length) return true;
        seen.body = connection.input.substr(end + 4, length);
        connection.input.erase(0, end + 4 + length);
        const auto answer = handler_(seen);
        {
            const std::lock_guard lock(mutex_);
            requests_.push_back(std::move(seen));
        }
        poke(seen_write_);
        if (!reply(connection, answer)) return false;
    }
}

bool LoopbackServer::read_from(Connection& connection) {
    char bytes[65536];
    const auto size = ::recv(connection.fd.get(), bytes, sizeof bytes, 0);
    if (size <= 0) return false;
    connection.input.append(bytes, static_cast<std::size_t>(size));
    return answer_requests(connection);
}

void LoopbackServer::send_pending() {
    drain(wake_read_);
    std::deque<std::pair<int, ServerReply>> to_send;
    {
        const std::lock_guard lock(mutex_);
        to_send.swap(to_send_);
    }
    for (const auto& [number, what] : to_send)
        std::erase_if(connections_, [&, n = number, &w = what](Connection& connection) {
            return connection.number == n && !reply(connection, w);
        });
}

void LoopbackServer::serve() {
    while (!stop_) {
        std::vector<pollfd> fds{{wake_read_.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}};
        for (const auto& connection : connections_)
            fds.push_back({connection.fd.get(), POLLIN, 0});
        ::poll(fds.data(), fds.size(), -1);
        if (fds[0].revents != 0) {
            // First and alone: what a test told us to send is sent before any later request is read.
            send_pending();
            continue;
        }
        for (std::size_t i = fds.size() - 1; i >= 2; --i)
            if (fds[i].revents != 0 && !read_from(connections_[i - 2]))
                connections_.erase(connections_.begin() + static_cast<std::ptrdiff_t>(i - 2));
        if (fds[1].revents != 0) accept_one();
    }
}

std::string http_response(const std::string& body, const std::string& status, const std::string& headers) {
    return base::format("HTTP/1.1 {}\r\nContent-Length: {}\r\n{}\r\n{}", status, body.size(), headers, body);
}
