// Everything is in the header, to be inlined. A C target needs a source.
#include "CKernels.h"
