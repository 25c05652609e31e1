/// Making Python's own types of the tape of a JSON text.
#pragma once
#include "CPython.h"

/// The names and shapes of objects that a reader has read before.
typedef struct NecroJSONShapes NecroJSONShapes;

/// None with NECRO_JSON_SPECULATION=0 in the environment, but for names.
NecroJSONShapes *necro_json_shapes(void);

/// Lets go of the strs and dicts that are kept.
void necro_json_shapes_free(NecroJSONShapes *shapes);

/// The kinds of elements, as `Tape.Kind` has them.
enum {
  NECRO_JSON_NULL,
  NECRO_JSON_TRUE,
  NECRO_JSON_FALSE,
  NECRO_JSON_INTEGER,
  NECRO_JSON_BIG_INTEGER,
  NECRO_JSON_DOUBLE,
  NECRO_JSON_STRING,
  NECRO_JSON_ESCAPED_STRING,
  NECRO_JSON_BEGIN_ARRAY,
  NECRO_JSON_BEGIN_OBJECT,
};

/// An element of a tape, as `Tape.Entry` is.
typedef struct {
  uint64_t head, tail;
} NecroJSONElement;

typedef struct {
  const uint8_t *text, *text_end, *unescaped;
  const NecroJSONElement *next;
  NecroJSONShapes *shapes;
  /// Makes values of the texts of numbers with fraction or exponent, or NULL; borrowed.
  PyObject *float_hook;
} NecroJSONReader;

/// The value that begins at `next`, a new reference; NULL with an error, `next` behind what was read last.
PyObject *necro_json_read(NecroJSONReader *reader);
