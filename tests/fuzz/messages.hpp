// AWS's binary framing as the targets write it: check sums are right, so that what lies behind them is
// reached.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace fuzz {

inline std::string big_endian(std::size_t value, unsigned bytes) {
    std::string out;
    for (unsigned i = bytes; i > 0; --i)
        out += static_cast<char>(value >> (8 * (i - 1)) & 0xFFU);
    return out;
}

inline std::string check_sum(std::string_view bytes) {
    std::uint32_t sum = 0xFFFFFFFFU;
    for (const char c : bytes) {
        sum ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit)
            sum = (sum & 1U) != 0 ? (sum >> 1U) ^ 0xEDB88320U : sum >> 1U;
    }
    return big_endian(~sum, 4);
}

inline std::string message(std::string_view headers, std::string_view payload) {
    std::string out = big_endian(headers.size() + payload.size() + 16, 4) + big_endian(headers.size(), 4);
    out += check_sum(out);
    out.append(headers).append(payload);
    return out + check_sum(out);
}

inline std::string text_header(std::string_view name, std::string_view value) {
    return big_endian(name.size(), 1) + std::string(name) + "\x07" + big_endian(value.size(), 2) +
           std::string(value);
}

} // namespace fuzz
