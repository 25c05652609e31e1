/// What reading and writing JSON needs of CPython beyond its documented interface, and without a call.
#pragma once
#include "CPython.h"

/// The types that JSON knows by themselves. A subclass is another type.
enum {
  NECRO_OTHER,
  NECRO_STRING,
  NECRO_INTEGER,
  NECRO_FLOAT,
  NECRO_DICT,
  NECRO_LIST,
  NECRO_TUPLE,
  NECRO_TRUE,
  NECRO_FALSE,
  NECRO_NONE,
};

static inline int necro_json_kind(PyObject *o) {
  PyTypeObject *type = Py_TYPE(o);
  if (type == &PyUnicode_Type) return NECRO_STRING;
  if (type == &PyLong_Type) return NECRO_INTEGER;
  if (type == &PyDict_Type) return NECRO_DICT;
  if (type == &PyList_Type) return NECRO_LIST;
  if (type == &PyFloat_Type) return NECRO_FLOAT;
  if (o == Py_None) return NECRO_NONE;
  if (o == Py_True) return NECRO_TRUE;
  if (o == Py_False) return NECRO_FALSE;
  if (type == &PyTuple_Type) return NECRO_TUPLE;
  return NECRO_OTHER;
}

/// CPython exports it for extension modules, in no header of the public interface.
PyAPI_FUNC(PyObject *) _PyDict_NewPresized(Py_ssize_t minused);

/// A dict for so many members.
static inline PyObject *necro_dict_for(Py_ssize_t count) {
  return count > 5 ? _PyDict_NewPresized(count) : PyDict_New();
}

/// A str of ASCII octets, a new reference.
static inline PyObject *necro_ascii_string(const uint8_t *octets, Py_ssize_t count) {
  if (count == 1 || count == 0) return PyUnicode_FromStringAndSize((const char *)octets, count);
  PyObject *string = PyUnicode_New(count, 127);
  if (string != NULL) memcpy((PyASCIIObject *)string + 1, octets, (size_t)count);
  return string;
}

/// A str of octets that are known to be UTF-8, a new reference.
PyObject *necro_utf8_string(const uint8_t *octets, Py_ssize_t count);

static inline uint64_t necro_octets_word(const uint8_t *octets) {
  uint64_t word;
  memcpy(&word, octets, sizeof word);
  return word;
}

/// The eight octets, or fewer, of a name as a number; none is read behind them.
static inline uint64_t necro_name_word(const uint8_t *octets, size_t count) {
  if (count >= 8) return necro_octets_word(octets);
  if (count >= 4) {
    uint32_t first, last;
    memcpy(&first, octets, 4);
    memcpy(&last, octets + count - 4, 4);
    return first | (uint64_t)last << 32;
  }
  if (count == 0) return 0;
  return octets[0] | (uint64_t)octets[count >> 1] << 8 | (uint64_t)octets[count - 1] << 16;
}

/// Whether a str of ASCII has these octets.
static inline bool necro_ascii_equals(PyObject *string, const uint8_t *octets, size_t count) {
  return (size_t)((PyASCIIObject *)string)->length == count &&
         memcmp((PyASCIIObject *)string + 1, octets, count) == 0;
}

/// A tuple of two, a new reference.
static inline PyObject *necro_pair(PyObject *first, PyObject *second) {
  return PyTuple_Pack(2, first, second);
}

/// Sorts a list of pairs by their first, each a str; false with an error.
bool necro_sort_by_first(PyObject *pairs);
