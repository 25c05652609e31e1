/// Writing Python's own types as JSON, straight from their memory.
#pragma once
#include "CPython.h"

/// The names of objects that an interpreter has written before, as they are written.
typedef struct NecroJSONNames NecroJSONNames;

/// One value that is being written, with all that is in it. Calls may interleave, when code of users
/// runs in the midst of one: each has its own.
typedef struct {
  /// Where the next octet goes, and the end of the room.
  uint8_t *out, *limit;
  /// The OctetBuffer that the room is of.
  void *buffer;
  /// What makes values of other types into values of these, or NULL; borrowed.
  PyObject *fallback;
  /// A list of the keys and indexes that lead to a value with no JSON form, the innermost first, while
  /// its error makes its way out; NULL at other times.
  PyObject *trail;
  NecroJSONNames *names;
  /// An unmanaged reference to the ModuleState.
  void *state;
  /// The most octets that the output may have.
  Py_ssize_t octets_max;
} NecroJSONCall;

/// The room that a call has at least when it begins.
#define NECRO_JSON_ROOM 160

/// The depth of values in values, against a value that contains itself.
#define NECRO_JSON_DEPTH_MAX 1000

/// The names of an interpreter, which end with it. With NECRO_JSON_SPECULATION=0 in the environment none
/// is kept, which shows what they are worth.
NecroJSONNames *necro_json_names(void);

/// Writes a value that lies in so many others; false with an error, a part being written.
bool necro_json_write(NecroJSONCall *call, PyObject *value, Py_ssize_t depth);

/// Whether a value lies deeper than it may; then the error is set.
bool necro_json_is_too_deep(Py_ssize_t depth);

/// Takes down that the error which is set arose in the member, or the item, of that key.
void necro_json_failed_in(NecroJSONCall *call, PyObject *key);
void necro_json_failed_at(NecroJSONCall *call, Py_ssize_t index);
