#include "JSONObjects.h"

// The number of characters, and the greatest one's class: a first octet tells how many bits there are.
static Py_ssize_t measure(const uint8_t *octets, Py_ssize_t count, uint8_t *greatest) {
  Py_ssize_t characters = 0;
  uint8_t most = 0;
  for (Py_ssize_t at = 0; at < count; at++) {
    uint8_t octet = octets[at];
    characters += (octet & 0xC0) != 0x80;
    most = octet > most ? octet : most;
  }
  *greatest = most;
  return characters;
}

#define DECODE(Unit)                                                                       \
  do {                                                                                     \
    Unit *to = PyUnicode_DATA(string);                                                     \
    for (Py_ssize_t at = 0; at < count;) {                                                 \
      uint8_t first = octets[at];                                                          \
      if (first < 0x80) {                                                                  \
        *to++ = (Unit)first;                                                               \
        at += 1;                                                                           \
      } else if (first < 0xE0) {                                                           \
        *to++ = (Unit)((first & 0x1F) << 6 | (octets[at + 1] & 0x3F));                     \
        at += 2;                                                                           \
      } else if (first < 0xF0) {                                                           \
        *to++ = (Unit)((first & 0x0F) << 12 | (octets[at + 1] & 0x3F) << 6 |               \
                       (octets[at + 2] & 0x3F));                                           \
        at += 3;                                                                           \
      } else {                                                                             \
        *to++ = (Unit)((uint32_t)(first & 0x07) << 18 | (octets[at + 1] & 0x3F) << 12 |    \
                       (octets[at + 2] & 0x3F) << 6 | (octets[at + 3] & 0x3F));            \
        at += 4;                                                                           \
      }                                                                                    \
    }                                                                                      \
  } while (0)

PyObject *necro_utf8_string(const uint8_t *octets, Py_ssize_t count) {
  uint8_t greatest;
  Py_ssize_t characters = measure(octets, count, &greatest);
  // 0xC3 begins the last characters of Latin-1, 0xEF those of the basic plane.
  Py_UCS4 most = greatest < 0x80 ? 127 : greatest <= 0xC3 ? 255 : greatest <= 0xEF ? 65535 : 1114111;
  if (characters <= 1) return PyUnicode_FromStringAndSize((const char *)octets, count);
  PyObject *string = PyUnicode_New(characters, most);
  if (string == NULL) return NULL;
  if (most <= 255) {
    DECODE(Py_UCS1);
  } else if (most == 65535) {
    DECODE(Py_UCS2);
  } else {
    DECODE(Py_UCS4);
  }
  return string;
}

bool necro_sort_by_first(PyObject *pairs) {
  PyObject *operator = PyImport_ImportModule("operator");
  if (operator == NULL) return false;
  PyObject *first = PyObject_CallMethod(operator, "itemgetter", "i", 0);
  Py_DECREF(operator);
  if (first == NULL) return false;
  PyObject *sort = PyObject_GetAttrString(pairs, "sort");
  PyObject *keywords = Py_BuildValue("{s:O}", "key", first);
  PyObject *none = PyTuple_New(0);
  PyObject *done = NULL;
  if (sort != NULL && keywords != NULL && none != NULL) done = PyObject_Call(sort, none, keywords);
  Py_XDECREF(none);
  Py_XDECREF(keywords);
  Py_XDECREF(sort);
  Py_DECREF(first);
  Py_XDECREF(done);
  return done != NULL;
}
