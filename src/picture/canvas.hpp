// What a picture for people is drawn on: a terminal, or what stands in for one.
#pragma once

#include <cstddef>

namespace picture {

struct Canvas {
    std::size_t columns = 80; ///< lines longer than that are cut, where `cuts`
    bool cuts = false;
    bool colour = false;
    bool ascii = false; ///< no box-drawing characters
};

} // namespace picture
