/// CPython's C interface as Swift sees it.
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#if !__has_include(<Python.h>)
#error "Python.h not found: install CPython 3.13 or newer with its headers (pyenv install 3.13, or apt-get install python3.13-dev), or set NECRO_PYTHON_INCLUDE to the folder that has it"
#endif
#define PY_SSIZE_T_CLEAN
#include <Python.h>
