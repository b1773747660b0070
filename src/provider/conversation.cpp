#include "provider/provider.hpp"
