// The floor of a streamed answer: cutting a file of server-sent events at blank lines and parsing each with
// simdjson, and nothing else. Prints the milliseconds of the fastest of 50 rounds.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

#include <simdjson.h>

int main(int argc, char** argv) {
    std::ifstream file(argc > 1 ? argv[1] : "/dev/stdin");
    std::stringstream all;
    all << file.rdbuf();
    const std::string text = all.str();
    simdjson::dom::parser parser;
    double best = 1e9;
    std::size_t bytes = 0;
    for (int round = 0; round < 50; ++round) {
        const auto start = std::chrono::steady_clock::now();
        std::string answer;
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t end = std::min(text.find("\n\n", at), text.size());
            const std::string_view data = std::string_view(text).substr(at + 6, end - at - 6);
            at = end + 2;
            if (data == "[DONE]") break;
            std::string_view content;
            const auto parsed = parser.parse(data.data(), data.size());
            if (parsed.at_pointer("/choices/0/delta/content").get(content) == simdjson::SUCCESS)
                answer += content;
        }
        bytes = answer.size();
        best = std::min(
            best,
            std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
    }
    std::printf("%.4f\n", best);
    return bytes > 0 ? 0 : 1;
}
