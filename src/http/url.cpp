#include "http/http.hpp"
