// Writing Python's own types as JSON.
//
// The hot functions are inlined by order, since this target is compiled for size. Between two looks at
// the room there is written at most what NECRO_JSON_ROOM allows: a name, and a value that is no long
// string.
#include "JSONWriter.h"

#include <pthread.h>

#include "CKernels.h"
#include "DictMembers.h"

#define HOT static inline __attribute__((always_inline))

// In Swift.

/// Counts what was written and makes room for so many octets more, and NECRO_JSON_ROOM; false with an
/// error when the output is longer than it may be.
extern bool necro_json_make_room(NecroJSONCall *call, size_t count);
/// Writes a value of another type; false with an error.
extern bool necro_json_write_other(NecroJSONCall *call, PyObject *value, Py_ssize_t depth);
/// Writes a finite double; at most 48 octets are touched.
extern size_t necro_json_double(double value, uint8_t *out);

// MARK: Names

/// A name as it is written: in quotes, escaped, with a colon.
///
/// What is kept is found by the identity of the str, a guard that cannot err: there is a reference to
/// each str here, so that no other can take its place in memory, and a str never changes.
typedef struct {
  PyObject *name;
  /// What has come behind it the last time: the prediction of the next name.
  uint16_t next;
  /// How many octets there are; 0 while there is no name here.
  uint8_t count;
  uint8_t octets[53];
} Name;

#define NAME_COUNT 1024
#define NAME_OCTETS_MAX 48

struct NecroJSONNames {
  Name names[NAME_COUNT];
  /// The name that was written last.
  Name *last;
  int level;
  bool speculates;
};

_Static_assert(sizeof(Name) == 64, "a name fills a cache line");

NecroJSONNames *necro_json_names(void) {
  NecroJSONNames *names = aligned_alloc(64, (sizeof *names + 63) & ~(size_t)63);
  if (names == NULL) return NULL;
  memset(names, 0, sizeof *names);
  names->last = names->names;
  names->level = necro_json_level();
  const char *setting = getenv("NECRO_JSON_SPECULATION");
  names->speculates = setting == NULL || strcmp(setting, "0") != 0;
  return names;
}

HOT Name *place_of(NecroJSONNames *names, PyObject *name) {
  uintptr_t bits = (uintptr_t)name >> 4;
  return names->names + ((bits ^ bits >> 9) & (NAME_COUNT - 1));
}

// MARK: Strings

/// Whether 32 octets from here on lie in one page: then they can be read, if one of them can.
HOT bool in_page(const uint8_t *text) { return ((uintptr_t)text & 4095) <= 4096 - 32; }

static bool write_long(NecroJSONCall *call, const uint8_t *text, size_t count) {
  for (size_t taken = 0; taken < count;) {
    size_t room = count - taken + NECRO_JSON_ROOM;
    if ((size_t)(call->limit - call->out) < room && !necro_json_make_room(call, room)) return false;
    call->out += necro_json_escape(
        call->names->level, text + taken, count - taken, &taken, call->out, call->limit - call->out);
  }
  // The escape of the last octets may have taken what is kept for the values behind.
  return call->limit - call->out >= NECRO_JSON_ROOM || necro_json_make_room(call, 0);
}

/// Whether a string of at most 32 octets was copied as it stands, behind a quote. Octets behind the
/// string's end are read and written as well, and are not looked at.
HOT __attribute__((no_sanitize("address"))) bool copy_short(
    uint8_t *out, const uint8_t *text, size_t count) {
  if (__builtin_expect(!in_page(text), 0)) return necro_json_copy_short(out, text, count);
  necro_block first = necro_load(text);
  necro_set set = necro_gather(necro_escaped_block(first));
  memcpy(out, &first, 16);
  if (count <= 16) return count == 0 || set << (sizeof set * 8 - count * NECRO_BITS_PER_OCTET) == 0;
  necro_block second = necro_load(text + 16);
  necro_set other = necro_gather(necro_escaped_block(second));
  memcpy(out + 16, &second, 16);
  return (set << (sizeof set * 8 - 16 * NECRO_BITS_PER_OCTET)) == 0 &&
         other << (sizeof set * 8 - (count - 16) * NECRO_BITS_PER_OCTET) == 0;
}

/// Writes a string with its quotes; NULL with an error.
HOT uint8_t *write_octets(NecroJSONCall *call, const uint8_t *text, size_t count, uint8_t *out) {
  *out = '"';
  if (count <= 32 && copy_short(out + 1, text, count)) {
    out[count + 1] = '"';
    return out + count + 2;
  }
  call->out = out + 1;
  if (!write_long(call, text, count)) return NULL;
  out = call->out;
  *out = '"';
  return out + 1;
}

static __attribute__((noinline)) uint8_t *write_wide(
    NecroJSONCall *call, PyObject *string, uint8_t *out) {
  Py_ssize_t count;
  // Kept in the str by CPython; an error for lone surrogates.
  const char *text = PyUnicode_AsUTF8AndSize(string, &count);
  return text == NULL ? NULL : write_octets(call, (const uint8_t *)text, (size_t)count, out);
}

HOT uint8_t *write_string(NecroJSONCall *call, PyObject *string, uint8_t *out) {
  if (!PyUnicode_IS_COMPACT_ASCII(string)) return write_wide(call, string, out);
  return write_octets(
      call, (const uint8_t *)((PyASCIIObject *)string + 1),
      (size_t)((PyASCIIObject *)string)->length, out);
}

// MARK: Numbers

HOT uint8_t *write_magnitude(uint64_t number, uint8_t *out) {
  if (number < 100000000) return necro_write_leading(number, out);
  uint64_t high = number / 100000000;
  uint64_t low = number - high * 100000000;
  if (high < 100000000) {
    out = necro_write_leading(high, out);
  } else {
    uint64_t top = high / 100000000;
    out = necro_write_leading(top, out);
    necro_store_word(out, necro_eight_digits(high - top * 100000000) | 0x3030303030303030);
    out += 8;
  }
  necro_store_word(out, necro_eight_digits(low) | 0x3030303030303030);
  return out + 8;
}

static __attribute__((noinline)) uint8_t *write_long_integer(
    NecroJSONCall *call, PyObject *value, uint8_t *out) {
  PyObject *digits = PyNumber_ToBase(value, 10);
  if (digits == NULL) return NULL;
  size_t count = (size_t)PyUnicode_GET_LENGTH(digits);
  call->out = out;
  if (necro_json_make_room(call, count)) {
    memcpy(call->out, PyUnicode_1BYTE_DATA(digits), count);
    out = call->out + count;
  } else {
    out = NULL;
  }
  Py_DECREF(digits);
  return out;
}

HOT uint8_t *write_integer(NecroJSONCall *call, PyObject *value, uint8_t *out) {
  // A sign, and digits of 30 bits.
  const _PyLongValue *number = &((PyLongObject *)value)->long_value;
  size_t count = number->lv_tag >> 3;
  *out = '-';
  out += (number->lv_tag & 2) >> 1;
  uint64_t magnitude = number->ob_digit[0];
  if (count > 1) {
    magnitude |= (uint64_t)number->ob_digit[1] << 30;
    if (count == 3 && number->ob_digit[2] < 16) {
      magnitude |= (uint64_t)number->ob_digit[2] << 60;
    } else if (count > 2) {
      return write_long_integer(call, value, out - ((number->lv_tag & 2) >> 1));
    }
  }
  return write_magnitude(magnitude, out);
}

HOT uint8_t *write_float(PyObject *value, uint8_t *out) {
  double number = PyFloat_AS_DOUBLE(value);
  if (__builtin_expect(!isfinite(number), 0)) {
    PyErr_SetString(PyExc_ValueError, "NaN and infinities have no JSON form");
    return NULL;
  }
  size_t count = necro_json_double_digits(number, out);
  return out + (count != 0 ? count : necro_json_double(number, out));
}

// MARK: Values

/// Whether a depth is one at which it is looked at.
HOT bool may_be_too_deep(Py_ssize_t depth) {
  return __builtin_expect((depth & 63) == 63 || depth >= NECRO_JSON_DEPTH_MAX, 0);
}

/// What is left of the stack where it is looked at: enough for 64 levels, and an error.
#define STACK_OCTETS_MIN (48 * 1024)

/// Whether the thread's stack comes to its end. For the first thread the system reads a file to tell,
/// which few values are deep enough for.
static __attribute__((noinline)) bool is_stack_short(void) {
  pthread_attr_t attributes;
  void *start = NULL;
  size_t size;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return false;
  pthread_attr_getstack(&attributes, &start, &size);
  pthread_attr_destroy(&attributes);
  return (uintptr_t)__builtin_frame_address(0) < (uintptr_t)start + STACK_OCTETS_MIN;
}

bool necro_json_is_too_deep(Py_ssize_t depth) {
  if (!may_be_too_deep(depth)) return false;
  if (depth < NECRO_JSON_DEPTH_MAX) {
    if (!is_stack_short()) return false;
    PyErr_SetString(
        PyExc_ValueError, "the value is nested too deep for the stack of this thread");
    return true;
  }
  PyErr_SetString(
      PyExc_ValueError,
      "the value is nested more than 1000 deep, or contains itself, and has no JSON form");
  return true;
}

void necro_json_failed_in(NecroJSONCall *call, PyObject *key) {
  PyObject *error = PyErr_GetRaisedException();
  if (call->trail == NULL) call->trail = PyList_New(0);
  if (call->trail != NULL) PyList_Append(call->trail, key);
  // The note is not worth another error.
  PyErr_Clear();
  PyErr_SetRaisedException(error);
}

void necro_json_failed_at(NecroJSONCall *call, Py_ssize_t index) {
  PyObject *error = PyErr_GetRaisedException();
  PyObject *number = PyLong_FromSsize_t(index);
  PyErr_SetRaisedException(error);
  if (number != NULL) necro_json_failed_in(call, number);
  Py_XDECREF(number);
}

#define NOT_SCALAR ((uint8_t *)1)

/// Writes a value that has no values in it, for which no code of a user's runs. NULL with an error.
HOT uint8_t *write_scalar(NecroJSONCall *call, PyObject *value, uint8_t *out) {
  PyTypeObject *type = Py_TYPE(value);
  if (type == &PyUnicode_Type) return write_string(call, value, out);
  if (type == &PyLong_Type) return write_integer(call, value, out);
  if (type == &PyFloat_Type) return write_float(value, out);
  if (value == Py_None) {
    memcpy(out, "null", 4);
    return out + 4;
  }
  if (value == Py_True) {
    memcpy(out, "true", 4);
    return out + 4;
  }
  if (value == Py_False) {
    memcpy(out, "false", 5);
    return out + 5;
  }
  return NOT_SCALAR;
}

static bool write_dict(NecroJSONCall *call, PyObject *dict, Py_ssize_t depth);
static bool write_items(NecroJSONCall *call, PyObject *array, Py_ssize_t depth);

/// Writes a value that is no scalar.
HOT bool write_nested(NecroJSONCall *call, PyObject *value, Py_ssize_t depth) {
  PyTypeObject *type = Py_TYPE(value);
  if (type == &PyDict_Type) return write_dict(call, value, depth);
  if (type == &PyList_Type || type == &PyTuple_Type) return write_items(call, value, depth);
  return necro_json_write_other(call, value, depth);
}

bool necro_json_write(NecroJSONCall *call, PyObject *value, Py_ssize_t depth) {
  uint8_t *out = write_scalar(call, value, call->out);
  if (out == NOT_SCALAR) return write_nested(call, value, depth);
  if (out == NULL) return false;
  call->out = out;
  return true;
}

/// Ends what has a comma behind its last value, or nothing in it; false with an error.
HOT bool end(NecroJSONCall *call, uint8_t *out, uint8_t bracket) {
  if (out[-1] == ',') out--;
  *out = bracket;
  call->out = out + 1;
  // Many ends may follow each other.
  return call->limit - call->out >= NECRO_JSON_ROOM / 2 || necro_json_make_room(call, 0);
}

HOT PyObject **items_of(PyObject *array) {
  if (PyList_CheckExact(array)) return ((PyListObject *)array)->ob_item;
  return ((PyTupleObject *)array)->ob_item;
}

static bool write_items(NecroJSONCall *call, PyObject *array, Py_ssize_t depth) {
  if (may_be_too_deep(depth) && necro_json_is_too_deep(depth)) return false;
  uint8_t *out = call->out;
  *out++ = '[';
  PyObject **items = items_of(array);
  Py_ssize_t count = Py_SIZE(array);
  for (Py_ssize_t index = 0; index < count; index++) {
    PyObject *item = items[index];
    if (__builtin_expect(call->limit - out < NECRO_JSON_ROOM, 0)) {
      call->out = out;
      if (!necro_json_make_room(call, 0)) return false;
      out = call->out;
    }
    uint8_t *start = out;
    out = write_scalar(call, item, out);
    if (out == NOT_SCALAR) {
      call->out = start;
      Py_INCREF(item);
      out = write_nested(call, item, depth + 1) ? call->out : NULL;
      Py_DECREF(item);
      // A fallback is the user's code, which may change a list.
      items = items_of(array);
      count = Py_SIZE(array);
    }
    if (out == NULL) {
      necro_json_failed_at(call, index);
      return false;
    }
    *out++ = ',';
  }
  return end(call, out, ']');
}

/// Writes a name that is not known, and keeps it; NULL with an error.
static __attribute__((noinline)) uint8_t *write_new_name(
    NecroJSONCall *call, PyObject *name, uint8_t *out) {
  if (!PyUnicode_Check(name)) {
    PyErr_SetString(PyExc_TypeError, "the keys of a JSON object are str");
    return NULL;
  }
  uint8_t *start = out;
  // However it is escaped, a name of so few characters does not make the octets move.
  bool stays = PyUnicode_GET_LENGTH(name) < NAME_OCTETS_MAX &&
               call->limit - out >= 6 * NAME_OCTETS_MAX + 2 * NECRO_JSON_ROOM;
  out = write_string(call, name, out);
  if (out == NULL) return NULL;
  *out++ = ':';
  NecroJSONNames *names = call->names;
  size_t count = stays ? (size_t)(out - start) : SIZE_MAX;
  // A subclass has code of its own that its end may run.
  if (names->speculates && count <= NAME_OCTETS_MAX && PyUnicode_CheckExact(name)) {
    Name *place = place_of(names, name);
    // The end of a str runs no code.
    Py_XDECREF(place->name);
    place->name = Py_NewRef(name);
    place->count = (uint8_t)count;
    memcpy(place->octets, start, count);
    names->last->next = (uint16_t)(place - names->names);
    names->last = place;
  }
  return out;
}

/// Writes a name: the one that is predicted, most often.
HOT uint8_t *write_name(NecroJSONCall *call, PyObject *name, uint8_t *out) {
  NecroJSONNames *names = call->names;
  Name *known = names->names + names->last->next;
  if (__builtin_expect(known->name != name, 0)) {
    known = place_of(names, name);
    if (known->name != name) return write_new_name(call, name, out);
    names->last->next = (uint16_t)(known - names->names);
  }
  names->last = known;
  memcpy(out, known->octets, 32);
  if (known->count > 32) memcpy(out + 32, known->octets + 32, 16);
  return out + known->count;
}

static bool write_dict(NecroJSONCall *call, PyObject *dict, Py_ssize_t depth) {
  if (may_be_too_deep(depth) && necro_json_is_too_deep(depth)) return false;
  Py_ssize_t count = PyDict_GET_SIZE(dict);
  uint8_t *out = call->out;
  *out++ = '{';
  Py_ssize_t nested = 0;
  Members members = members_of(dict);
  PyObject *name, *value;
  while (next_member(&members, &name, &value)) {
    if (__builtin_expect(call->limit - out < NECRO_JSON_ROOM, 0)) {
      call->out = out;
      if (!necro_json_make_room(call, 0)) return false;
      out = call->out;
    }
    out = write_name(call, name, out);
    if (out == NULL) return false;
    uint8_t *start = out;
    out = write_scalar(call, value, out);
    if (out == NULL) {
      necro_json_failed_in(call, name);
      return false;
    }
    if (out == NOT_SCALAR) {
      call->out = start;
      Py_INCREF(name);
      Py_INCREF(value);
      bool is_written = write_nested(call, value, depth + 1);
      if (!is_written) necro_json_failed_in(call, name);
      Py_DECREF(value);
      Py_DECREF(name);
      if (!is_written) return false;
      // One that is taken out and put in again has a place behind all others.
      if (PyDict_GET_SIZE(dict) != count || ++nested > count) {
        PyErr_SetString(
            PyExc_RuntimeError, "a dict changed its size while it was written as JSON");
        return false;
      }
      renew_members(&members);
      out = call->out;
    }
    *out++ = ',';
  }
  return end(call, out, '}');
}
