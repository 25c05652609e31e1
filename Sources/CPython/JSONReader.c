// Making Python's own types of a tape.
#include "CPython.h"

#include "DictMembers.h"

#define HOT static inline __attribute__((always_inline))

/// The members of an object that was read before, as a dict of them with None for each value.
///
/// An object that has as many, and the same name first, is read into a copy of it, and the name of each
/// member is held against that which is predicted. What has been read when one differs is moved to a
/// dict of its own.
typedef struct {
  PyObject *first;
  Py_ssize_t count;
  /// NULL until the same has been read twice.
  PyObject *dict;
} Shape;

#define NAME_COUNT 1024
#define NAME_OCTETS_MAX 64
#define SHAPE_COUNT 64
#define SHAPE_MEMBERS_MAX 64

struct NecroJSONShapes {
  PyObject *names[NAME_COUNT];
  Shape shapes[SHAPE_COUNT];
  bool speculates;
};

NecroJSONShapes *necro_json_shapes(void) {
  NecroJSONShapes *shapes = calloc(1, sizeof *shapes);
  if (shapes == NULL) return NULL;
  const char *setting = getenv("NECRO_JSON_SPECULATION");
  shapes->speculates = NECRO_KNOWS_DICT_KEYS && (setting == NULL || strcmp(setting, "0") != 0);
  return shapes;
}

void necro_json_shapes_free(NecroJSONShapes *shapes) {
  if (shapes == NULL) return;
  for (size_t index = 0; index < NAME_COUNT; index++) Py_XDECREF(shapes->names[index]);
  for (size_t index = 0; index < SHAPE_COUNT; index++) {
    Py_XDECREF(shapes->shapes[index].first);
    Py_XDECREF(shapes->shapes[index].dict);
  }
  free(shapes);
}

// MARK: Names

/// Whether a str of ASCII has these octets.
HOT bool is_name(PyObject *string, const uint8_t *octets, size_t count) {
  if ((size_t)((PyASCIIObject *)string)->length != count) return false;
  const uint8_t *own = (const uint8_t *)((PyASCIIObject *)string + 1);
  if (count > 16) return memcmp(own, octets, count) == 0;
  if (count >= 8) {
    return necro_octets_word(own) == necro_octets_word(octets) &&
           necro_octets_word(own + count - 8) == necro_octets_word(octets + count - 8);
  }
  return necro_name_word(own, count) == necro_name_word(octets, count);
}

/// A str of ASCII octets, a new reference: the one that was made of the same octets before.
static PyObject *name_of(NecroJSONShapes *shapes, const uint8_t *octets, size_t count) {
  if (count > NAME_OCTETS_MAX) return necro_ascii_string(octets, (Py_ssize_t)count);
  uint64_t first = necro_name_word(octets, count);
  uint64_t last = count > 8 ? necro_octets_word(octets + count - 8) : 0;
  uint64_t mixed = (first ^ last * 31 ^ count) * 0x9E3779B97F4A7C15;
  PyObject **place = &shapes->names[mixed >> 54];
  if (*place != NULL && is_name(*place, octets, count)) return Py_NewRef(*place);
  PyObject *name = necro_ascii_string(octets, (Py_ssize_t)count);
  if (name == NULL) return NULL;
  // The hash is made once, and stays in the str.
  PyObject_Hash(name);
  Py_XSETREF(*place, Py_NewRef(name));
  return name;
}

HOT unsigned kind_of(NecroJSONElement element) { return element.head & 15; }
HOT size_t value_of(NecroJSONElement element) { return (size_t)(element.head >> 4); }
HOT bool is_ascii_string(NecroJSONElement element) {
  return kind_of(element) == NECRO_JSON_STRING && (element.tail & 1) != 0;
}

// MARK: Values

static PyObject *read_list(NecroJSONReader *reader, Py_ssize_t count);
static PyObject *read_dict(NecroJSONReader *reader, Py_ssize_t count);

static PyObject *read_big_integer(const uint8_t *octets, size_t count) {
  PyObject *text = necro_ascii_string(octets, (Py_ssize_t)count);
  if (text == NULL) return NULL;
  PyObject *integer = PyLong_FromUnicodeObject(text, 10);
  Py_DECREF(text);
  return integer;
}

/// What the caller makes of a number with fraction or exponent.
static __attribute__((noinline)) PyObject *read_hooked(NecroJSONReader *reader, size_t offset) {
  const uint8_t *start = reader->text + offset, *end = start;
  while (end < reader->text_end && (*end == '+' || *end == '-' || *end == '.' ||
                                    (*end >= '0' && *end <= '9') || (*end | 0x20) == 'e'))
    end++;
  PyObject *digits = necro_ascii_string(start, end - start);
  if (digits == NULL) return NULL;
  PyObject *value = PyObject_CallOneArg(reader->float_hook, digits);
  Py_DECREF(digits);
  return value;
}

HOT PyObject *read_string(NecroJSONElement element, const uint8_t *octets) {
  Py_ssize_t count = (Py_ssize_t)(element.tail >> 1);
  // Of escaped strings alone none may have been kept.
  if (count == 0) return PyUnicode_New(0, 0);
  octets += value_of(element);
  return element.tail & 1 ? necro_ascii_string(octets, count) : necro_utf8_string(octets, count);
}

PyObject *necro_json_read(NecroJSONReader *reader) {
  NecroJSONElement element = *reader->next++;
  switch (kind_of(element)) {
    case NECRO_JSON_NULL: return Py_NewRef(Py_None);
    case NECRO_JSON_TRUE: return Py_NewRef(Py_True);
    case NECRO_JSON_FALSE: return Py_NewRef(Py_False);
    case NECRO_JSON_INTEGER: return PyLong_FromLongLong((long long)element.tail);
    case NECRO_JSON_BIG_INTEGER:
      return read_big_integer(reader->text + value_of(element), (size_t)(element.tail >> 1));
    case NECRO_JSON_DOUBLE: {
      if (reader->float_hook != NULL) return read_hooked(reader, value_of(element));
      double number;
      memcpy(&number, &element.tail, sizeof number);
      return PyFloat_FromDouble(number);
    }
    case NECRO_JSON_STRING: return read_string(element, reader->text);
    case NECRO_JSON_ESCAPED_STRING: return read_string(element, reader->unescaped);
    case NECRO_JSON_BEGIN_ARRAY: return read_list(reader, (Py_ssize_t)value_of(element));
    default: return read_dict(reader, (Py_ssize_t)value_of(element));
  }
}

static PyObject *read_list(NecroJSONReader *reader, Py_ssize_t count) {
  PyObject *list = PyList_New(count);
  if (list == NULL) return NULL;
  for (Py_ssize_t index = 0; index < count; index++) {
    PyObject *item = necro_json_read(reader);
    if (item == NULL) {
      Py_DECREF(list);
      return NULL;
    }
    PyList_SET_ITEM(list, index, item);
  }
  reader->next++;
  return list;
}

static PyObject *read_name(NecroJSONReader *reader) {
  NecroJSONElement element = *reader->next;
  if (!is_ascii_string(element)) return necro_json_read(reader);
  reader->next++;
  return name_of(reader->shapes, reader->text + value_of(element), (size_t)(element.tail >> 1));
}

/// Reads the rest of an object's members into a dict; false with an error.
static bool read_members(NecroJSONReader *reader, PyObject *dict, Py_ssize_t count) {
  for (; count > 0; count--) {
    PyObject *name = read_name(reader);
    PyObject *value = name == NULL ? NULL : necro_json_read(reader);
    // Of duplicate names the last wins.
    bool is_set = value != NULL && PyDict_SetItem(dict, name, value) == 0;
    Py_XDECREF(name);
    Py_XDECREF(value);
    if (!is_set) return false;
  }
  reader->next++;
  return true;
}

// MARK: Shapes

HOT Shape *place_of(NecroJSONShapes *shapes, PyObject *first, Py_ssize_t count) {
  uintptr_t bits = (uintptr_t)first >> 4;
  return &shapes->shapes[(bits ^ bits >> 6 ^ (uintptr_t)count * 5) & (SHAPE_COUNT - 1)];
}

/// Whether a dict's values can be set in place.
HOT bool is_plain(PyObject *dict, Py_ssize_t count) {
  Members members = members_of(dict);
  return members.entry != NULL && members.stride == 2 && members.count == count;
}

/// Keeps the shape of a dict, the second time that it is read. That it cannot be kept is no error.
static void learn(Shape *shape, PyObject *dict, Py_ssize_t count) {
  PyObject *first = NULL, *name, *value;
  Members members = members_of(dict);
  PyObject *kept = NULL;
  while (next_member(&members, &name, &value)) {
    // Whoever sends the text chooses its names, and what is kept of them stays.
    if (!PyUnicode_CheckExact(name) || !PyUnicode_IS_COMPACT_ASCII(name) ||
        PyUnicode_GET_LENGTH(name) > NAME_OCTETS_MAX)
      goto failed;
    if (first == NULL) {
      first = name;
      if (shape->first != first || shape->count != count) {
        Py_XSETREF(shape->first, Py_NewRef(first));
        shape->count = count;
        Py_CLEAR(shape->dict);
        return;
      }
      kept = PyDict_New();
    }
    if (kept == NULL || PyDict_SetItem(kept, name, Py_None) != 0) goto failed;
  }
  if (kept != NULL && is_plain(kept, count)) {
    Py_XSETREF(shape->dict, kept);
    return;
  }
failed:
  PyErr_Clear();
  Py_XDECREF(kept);
}

/// Moves the members that have been read into a copy of a shape to a dict of their own.
static PyObject *moved(PyObject *dict, Py_ssize_t count) {
  PyObject *own = PyDict_New(), *name, *value;
  Members members = members_of(dict);
  while (own != NULL && count-- > 0 && next_member(&members, &name, &value)) {
    if (PyDict_SetItem(own, name, value) != 0) Py_CLEAR(own);
  }
  Py_DECREF(dict);
  return own;
}

/// Reads an object into a copy of a shape; with an error, NULL.
static PyObject *read_predicted(NecroJSONReader *reader, Shape *shape, Py_ssize_t count) {
  PyObject *dict = PyDict_Copy(shape->dict);
  if (dict == NULL) return NULL;
  Members members = members_of(dict);
  // Nobody knows what a hook makes.
  bool has_containers = reader->float_hook != NULL;
  reader->next++;
  for (Py_ssize_t index = 0;; ) {
    unsigned kind = kind_of(*reader->next);
    has_containers |= kind >= NECRO_JSON_BEGIN_ARRAY;
    PyObject *value = necro_json_read(reader);
    if (value == NULL) {
      Py_DECREF(dict);
      return NULL;
    }
    // None is immortal, and nobody else has seen the dict yet.
    members.entry[1] = value;
    members.entry += members.stride;
    if (++index == count) break;
    NecroJSONElement name = *reader->next;
    if (is_ascii_string(name) &&
        is_name(members.entry[0], reader->text + value_of(name), (size_t)(name.tail >> 1))) {
      reader->next++;
      continue;
    }
    dict = moved(dict, index);
    if (dict == NULL || read_members(reader, dict, count - index)) return dict;
    Py_DECREF(dict);
    return NULL;
  }
  reader->next++;
  // A dict of which no container can be reached is nothing for the collector.
  if (has_containers && !PyObject_GC_IsTracked(dict)) PyObject_GC_Track(dict);
  return dict;
}

static PyObject *read_dict(NecroJSONReader *reader, Py_ssize_t count) {
  NecroJSONShapes *shapes = reader->shapes;
  NecroJSONElement name = *reader->next;
  Shape *shape = NULL;
  if (shapes->speculates && count > 0 && count <= SHAPE_MEMBERS_MAX && is_ascii_string(name)) {
    PyObject *first =
        name_of(shapes, reader->text + value_of(name), (size_t)(name.tail >> 1));
    if (first == NULL) return NULL;
    shape = place_of(shapes, first, count);
    bool is_known = shape->dict != NULL && shape->first == first && shape->count == count;
    Py_DECREF(first);
    if (is_known) return read_predicted(reader, shape, count);
  }
  PyObject *dict = necro_dict_for(count);
  if (dict == NULL) return NULL;
  if (!read_members(reader, dict, count)) {
    Py_DECREF(dict);
    return NULL;
  }
  if (shape != NULL && PyDict_GET_SIZE(dict) == count) learn(shape, dict, count);
  return dict;
}
