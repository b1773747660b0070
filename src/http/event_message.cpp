// A message: total length, length of the headers, check sum of those two; headers; payload; check sum of all
// before. Numbers are big-endian, check sums are CRC-32 (IEEE 802.3, as zlib's).
#include "http/event_message.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

namespace http {

namespace {

constexpr std::size_t prelude_size = 12;
constexpr std::size_t sum_size = 4;

/// One table for each of eight bytes that are taken in one step.
using SumTables = std::array<std::array<std::uint32_t, 256>, 8>;

constexpr SumTables sum_tables() {
    SumTables out{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t sum = i;
        for (int bit = 0; bit < 8; ++bit)
            sum = (sum >> 1U) ^ ((sum & 1U) != 0 ? 0xEDB88320U : 0U);
        out[0][i] = sum;
    }
    for (std::uint32_t i = 0; i < 256; ++i) {
        for (std::size_t k = 1; k < 8; ++k)
            out[k][i] = (out[k - 1][i] >> 8U) ^ out[0][out[k - 1][i] & 0xFFU];
    }
    return out;
}

constexpr SumTables tables = sum_tables();

std::uint32_t byte_at(std::string_view bytes, std::size_t at) noexcept {
    return static_cast<unsigned char>(bytes[at]);
}

std::uint32_t check_sum(std::string_view bytes) noexcept {
    std::uint32_t sum = 0xFFFFFFFFU;
    std::size_t at = 0;
    for (; bytes.size() - at >= 8; at += 8) {
        sum ^= byte_at(bytes, at) | byte_at(bytes, at + 1) << 8U | byte_at(bytes, at + 2) << 16U |
               byte_at(bytes, at + 3) << 24U;
        sum = tables[7][sum & 0xFFU] ^ tables[6][(sum >> 8U) & 0xFFU] ^ tables[5][(sum >> 16U) & 0xFFU] ^
              tables[4][sum >> 24U] ^ tables[3][byte_at(bytes, at + 4)] ^ tables[2][byte_at(bytes, at + 5)] ^
              tables[1][byte_at(bytes, at + 6)] ^ tables[0][byte_at(bytes, at + 7)];
    }
    for (; at < bytes.size(); ++at)
        sum = tables[0][(sum ^ byte_at(bytes, at)) & 0xFFU] ^ (sum >> 8U);
    return ~sum;
}

std::uint64_t big_endian(std::string_view bytes) noexcept {
    std::uint64_t out = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i)
        out = out << 8U | byte_at(bytes, i);
    return out;
}

/// Takes headers from the front of their bytes.
class HeaderReader {
  public:
    explicit HeaderReader(std::string_view bytes) : bytes_(bytes) {}

    /// nullopt when they are none.
    std::optional<std::vector<MessageHeader>> all() {
        std::vector<MessageHeader> out;
        std::set<std::string, std::less<>> names;
        while (!bytes_.empty()) {
            MessageHeader header;
            if (!read(header) || !names.insert(header.name).second) return std::nullopt;
            out.push_back(std::move(header));
        }
        return out;
    }

  private:
    using Type = MessageHeader::Type;

    bool take(std::size_t size, std::string_view& out) {
        if (bytes_.size() < size) return false;
        out = bytes_.substr(0, size);
        bytes_.remove_prefix(size);
        return true;
    }

    bool sized(std::size_t size_bytes, std::string_view& out) {
        std::string_view size;
        return take(size_bytes, size) && take(static_cast<std::size_t>(big_endian(size)), out);
    }

    bool read(MessageHeader& header) {
        std::string_view name;
        std::string_view type;
        if (!sized(1, name) || name.empty() || !take(1, type) || byte_at(type, 0) > 9) return false;
        header.name = std::string(name);
        header.type = static_cast<Type>(byte_at(type, 0));
        return value(header);
    }

    bool value(MessageHeader& header) {
        switch (header.type) {
        case Type::yes:
        case Type::no:
            return true;
        case Type::int8:
            return number(1, header);
        case Type::int16:
            return number(2, header);
        case Type::int32:
            return number(4, header);
        case Type::int64:
        case Type::timestamp:
            return number(8, header);
        case Type::bytes:
        case Type::text:
            return bytes(header);
        case Type::uuid:
            return uuid(header);
        }
        return false;
    }

    bool number(std::size_t size, MessageHeader& header) {
        std::string_view bytes;
        if (!take(size, bytes)) return false;
        const std::size_t unused = 64 - 8 * size; // bits above the sign
        header.number = static_cast<std::int64_t>(big_endian(bytes) << unused) >> unused;
        return true;
    }

    bool bytes(MessageHeader& header) {
        std::string_view value;
        if (!sized(2, value)) return false;
        header.bytes = std::string(value);
        return true;
    }

    bool uuid(MessageHeader& header) {
        std::string_view value;
        if (!take(16, value)) return false;
        header.bytes = std::string(value);
        return true;
    }

    std::string_view bytes_;
};

} // namespace

std::string_view EventMessage::text_of(std::string_view name) const noexcept {
    for (const MessageHeader& header : headers) {
        if (header.name == name && header.type == MessageHeader::Type::text) return header.bytes;
    }
    return {};
}

std::vector<EventMessage> MessageSplitter::feed(std::string_view bytes) {
    std::vector<EventMessage> out;
    while (!bytes.empty() && problem_.empty()) {
        const std::size_t wanted = (total_ == 0 ? prelude_size : total_) - held_.size();
        const std::string_view piece = bytes.substr(0, wanted);
        held_ += piece;
        bytes.remove_prefix(piece.size());
        if (piece.size() < wanted) break;
        if (total_ == 0)
            prelude();
        else
            message(out);
    }
    return out;
}

void MessageSplitter::fail(std::string_view why) {
    problem_ = std::string(why);
    held_ = {};
}

void MessageSplitter::prelude() {
    const std::string_view bytes(held_);
    if (check_sum(bytes.substr(0, 8)) != big_endian(bytes.substr(8)))
        return fail("a message whose lengths have a wrong check sum");
    const std::uint64_t total = big_endian(bytes.substr(0, 4));
    const std::uint64_t headers = big_endian(bytes.substr(4, 4));
    if (headers > longest_message_headers) return fail("a message with more than 128 KiB of headers");
    if (total < prelude_size + headers + sum_size) return fail("a message that is shorter than its headers");
    if (total - headers - prelude_size - sum_size > longest_message_payload)
        return fail("a message of more than 24 MiB");
    total_ = static_cast<std::size_t>(total);
    headers_ = static_cast<std::size_t>(headers);
}

void MessageSplitter::message(std::vector<EventMessage>& out) {
    const std::string_view bytes(held_);
    const std::size_t end = total_ - sum_size;
    if (check_sum(bytes.substr(0, end)) != big_endian(bytes.substr(end)))
        return fail("a message whose check sum is wrong");
    auto headers = HeaderReader(bytes.substr(prelude_size, headers_)).all();
    if (!headers) return fail("a message whose headers cannot be read");
    const std::size_t payload = prelude_size + headers_;
    out.push_back({std::move(*headers), std::string(bytes.substr(payload, end - payload))});
    held_.clear();
    total_ = 0;
}

} // namespace http
