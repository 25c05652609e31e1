// The functions are in the library that peers/ is compiled to.
#include "CPeers.h"
