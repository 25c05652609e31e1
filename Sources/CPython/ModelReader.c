// Making models of a tape, without a dict in between.
#include "CKernels.h"
#include "Models.h"

#define HOT static inline __attribute__((always_inline))

HOT unsigned kind_of(NecroJSONElement element) { return element.head & 15; }
HOT size_t value_of(NecroJSONElement element) { return (size_t)(element.head >> 4); }

/// Steps over the next value.
HOT void skip(NecroModelReader *reader) {
  NecroJSONElement element = *reader->json.next;
  if (kind_of(element) >= NECRO_JSON_BEGIN_ARRAY) reader->json.next = reader->tape + element.tail;
  reader->json.next++;
}

/// The octets of a string.
HOT const uint8_t *octets_of(NecroModelReader *reader, NecroJSONElement element) {
  const uint8_t *octets =
      kind_of(element) == NECRO_JSON_STRING ? reader->json.text : reader->json.unescaped;
  // Of escaped strings alone none may have been kept.
  return octets == NULL ? octets : octets + value_of(element);
}

// MARK: Scalars

HOT PyObject *read_scalar(NecroModelReader *reader, unsigned accepts) {
  NecroJSONElement element = *reader->json.next;
  if (accepts & NECRO_ACCEPTS_ANYTHING) return necro_json_read(&reader->json);
  switch (kind_of(element)) {
    case NECRO_JSON_NULL:
      if (!(accepts & NECRO_ACCEPTS_NULL)) return NULL;
      reader->json.next++;
      return Py_NewRef(Py_None);
    case NECRO_JSON_TRUE:
    case NECRO_JSON_FALSE:
      if (!(accepts & NECRO_ACCEPTS_BOOLEAN)) return NULL;
      reader->json.next++;
      return Py_NewRef(kind_of(element) == NECRO_JSON_TRUE ? Py_True : Py_False);
    case NECRO_JSON_INTEGER:
      if (accepts & NECRO_ACCEPTS_INTEGER) {
        reader->json.next++;
        return PyLong_FromLongLong((long long)element.tail);
      }
      if (!(accepts & NECRO_ACCEPTS_FLOAT)) return NULL;
      reader->json.next++;
      return PyFloat_FromDouble((double)(int64_t)element.tail);
    case NECRO_JSON_DOUBLE: {
      if (!(accepts & NECRO_ACCEPTS_FLOAT)) return NULL;
      double number;
      memcpy(&number, &element.tail, sizeof number);
      reader->json.next++;
      return PyFloat_FromDouble(number);
    }
    case NECRO_JSON_STRING:
      if (!(accepts & NECRO_ACCEPTS_STRING)) return NULL;
      if (!(element.tail & 1)) return necro_json_read(&reader->json);
      reader->json.next++;
      return necro_ascii_string(reader->json.text + value_of(element), (Py_ssize_t)(element.tail >> 1));
    case NECRO_JSON_ESCAPED_STRING:
      return accepts & NECRO_ACCEPTS_STRING ? necro_json_read(&reader->json) : NULL;
    case NECRO_JSON_BIG_INTEGER:
      return accepts & NECRO_ACCEPTS_INTEGER ? necro_json_read(&reader->json) : NULL;
    default: return NULL;
  }
}

// MARK: Containers

static PyObject *read_items(NecroModelReader *reader, NecroRule *rule, PyObject *array,
                            Py_ssize_t count, bool is_fixed) {
  reader->json.next++;
  bool is_list = PyList_CheckExact(array);
  for (Py_ssize_t index = 0; index < count; index++) {
    PyObject *item = necro_rule_read(reader, rule->items[is_fixed ? index : 0]);
    if (item == NULL) {
      Py_DECREF(array);
      return NULL;
    }
    if (is_list) {
      PyList_SET_ITEM(array, index, item);
    } else {
      PyTuple_SET_ITEM(array, index, item);
    }
  }
  reader->json.next++;
  return array;
}

static PyObject *read_array(NecroModelReader *reader, NecroRule *rule) {
  NecroJSONElement element = *reader->json.next;
  if (kind_of(element) != NECRO_JSON_BEGIN_ARRAY) return NULL;
  Py_ssize_t count = (Py_ssize_t)value_of(element);
  bool is_fixed = rule->kind == NECRO_RULE_FIXED;
  if (is_fixed && count != Py_SIZE(rule)) return NULL;
  bool is_tuple = is_fixed || rule->subject == (PyObject *)&PyTuple_Type;
  PyObject *array = is_tuple ? PyTuple_New(count) : PyList_New(count);
  if (array == NULL) return NULL;
  array = read_items(reader, rule, array, count, is_fixed);
  if (array == NULL || is_tuple || rule->subject == (PyObject *)&PyList_Type) return array;
  PyObject *set = PyObject_CallOneArg(rule->subject, array);
  Py_DECREF(array);
  // Items without a hash.
  if (set == NULL && PyErr_ExceptionMatches(PyExc_TypeError)) PyErr_Clear();
  return set;
}

static PyObject *read_object(NecroModelReader *reader, NecroRule *rule) {
  NecroJSONElement element = *reader->json.next;
  if (kind_of(element) != NECRO_JSON_BEGIN_OBJECT) return NULL;
  PyObject *dict = necro_dict_for((Py_ssize_t)value_of(element));
  if (dict == NULL) return NULL;
  reader->json.next++;
  for (size_t count = value_of(element); count > 0; count--) {
    PyObject *name = necro_json_read(&reader->json);
    PyObject *value = name == NULL ? NULL : necro_rule_read(reader, rule->items[0]);
    // Of duplicate names the last wins.
    bool is_set = value != NULL && PyDict_SetItem(dict, name, value) == 0;
    Py_XDECREF(name);
    Py_XDECREF(value);
    if (!is_set) {
      Py_DECREF(dict);
      return NULL;
    }
  }
  reader->json.next++;
  return dict;
}

// MARK: Models

HOT bool is_named(const NecroField *field, const uint8_t *octets, size_t count) {
  if (field->count != count) return false;
  const uint8_t *own = field->octets;
  if (count > 16) return memcmp(own, octets, count) == 0;
  if (count >= 8) {
    return necro_octets_word(own) == necro_octets_word(octets) &&
           necro_octets_word(own + count - 8) == necro_octets_word(octets + count - 8);
  }
  return necro_name_word(own, count) == necro_name_word(octets, count);
}

/// The field of a name, sought from the one that is most likely on; NULL when there is none.
HOT NecroField *field_named(NecroPlan *plan, Py_ssize_t likely, const uint8_t *octets, size_t count) {
  for (Py_ssize_t index = likely; index < plan->count; index++)
    if (is_named(&plan->fields[index], octets, count)) return &plan->fields[index];
  for (Py_ssize_t index = 0; index < likely; index++)
    if (is_named(&plan->fields[index], octets, count)) return &plan->fields[index];
  return NULL;
}

HOT PyObject *read_by_rule(NecroModelReader *reader, NecroRule *rule) {
  if (rule->kind == NECRO_RULE_SCALAR && !rule->is_bounded) return read_scalar(reader, rule->accepts);
  return necro_rule_read(reader, rule);
}

PyObject *necro_model_read(NecroModelReader *reader, PyTypeObject *type) {
  NecroJSONElement element = *reader->json.next;
  if (kind_of(element) != NECRO_JSON_BEGIN_OBJECT) return NULL;
  NecroPlan *plan = necro_plan(type);
  PyObject *self = plan == NULL ? NULL : necro_model_allocate(type, plan);
  if (self == NULL) return NULL;
  reader->json.next++;
  Py_ssize_t likely = 0, filled = 0;
  bool is_tracked = false;
  for (size_t count = value_of(element); count > 0; count--) {
    NecroJSONElement name = *reader->json.next++;
    NecroField *field = field_named(plan, likely, octets_of(reader, name), (size_t)(name.tail >> 1));
    if (__builtin_expect(field == NULL, 0)) {
      if (plan->forbids_extra) goto failed;
      skip(reader);
      continue;
    }
    likely = field - plan->fields + 1;
    PyObject *value = read_by_rule(reader, field->rule);
    if (value == NULL) goto failed;
    is_tracked |= necro_may_be_tracked(value);
    PyObject **slot = necro_model_slot(self, field);
    if (__builtin_expect(*slot != NULL, 0)) {
      // Of duplicate names the last wins.
      Py_SETREF(*slot, value);
    } else {
      *slot = value;
      filled++;
    }
  }
  reader->json.next++;
  if (necro_model_finish(self, plan, filled, is_tracked)) return self;
failed:
  Py_DECREF(self);
  return NULL;
}

/// Reads an object by the class that the member with its tag names. Of several the last counts.
static PyObject *read_tagged(NecroModelReader *reader, NecroRule *rule) {
  const NecroJSONElement *start = reader->json.next;
  if (kind_of(*start) != NECRO_JSON_BEGIN_OBJECT) return NULL;
  Py_ssize_t tag_count;
  const char *tag = PyUnicode_AsUTF8AndSize(rule->subject, &tag_count);
  if (tag == NULL) return NULL;
  PyObject *type = NULL;
  reader->json.next++;
  for (size_t count = value_of(*start); count > 0; count--) {
    NecroJSONElement name = *reader->json.next++;
    bool is_tag = (size_t)(name.tail >> 1) == (size_t)tag_count &&
                  memcmp(octets_of(reader, name), tag, (size_t)tag_count) == 0;
    unsigned kind = kind_of(*reader->json.next);
    bool is_scalar = kind == NECRO_JSON_STRING || kind == NECRO_JSON_ESCAPED_STRING ||
                     kind == NECRO_JSON_INTEGER;
    if (!is_tag) {
      skip(reader);
      continue;
    }
    if (!is_scalar) return NULL;
    PyObject *value = necro_json_read(&reader->json);
    if (value == NULL) return NULL;
    type = PyDict_GetItemWithError(rule->table, value);
    Py_DECREF(value);
    if (type == NULL) return NULL;
  }
  reader->json.next = start;
  return type == NULL ? NULL : necro_model_read(reader, (PyTypeObject *)type);
}

// MARK: Rules

static PyObject *read_text(NecroModelReader *reader, NecroRule *rule) {
  unsigned kind = kind_of(*reader->json.next);
  if (kind != NECRO_JSON_STRING && kind != NECRO_JSON_ESCAPED_STRING) return NULL;
  PyObject *text = necro_json_read(&reader->json);
  if (text == NULL) return NULL;
  PyObject *value = necro_rule_convert(rule, text);
  Py_DECREF(text);
  return value;
}

static PyObject *read_plain(NecroModelReader *reader, NecroRule *rule) {
  PyObject *plain = necro_json_read(&reader->json);
  if (plain == NULL) return NULL;
  PyObject *value = rule->kind == NECRO_RULE_CHOICE ? Py_XNewRef(necro_rule_choose(rule, plain))
                                                    : necro_rule_convert(rule, plain);
  Py_DECREF(plain);
  return value;
}

static PyObject *read_union(NecroModelReader *reader, NecroRule *rule) {
  PyObject *value = read_scalar(reader, rule->accepts);
  if (value != NULL || PyErr_Occurred()) return value;
  unsigned kind = kind_of(*reader->json.next);
  NecroRule *item = rule->items[kind == NECRO_JSON_BEGIN_ARRAY ? 1 : kind == NECRO_JSON_BEGIN_OBJECT ? 2 : 0];
  return item == NULL ? NULL : necro_rule_read(reader, item);
}

HOT PyObject *read_kind(NecroModelReader *reader, NecroRule *rule) {
  switch (rule->kind) {
    case NECRO_RULE_SCALAR: return read_scalar(reader, rule->accepts);
    case NECRO_RULE_TEXT: return read_text(reader, rule);
    case NECRO_RULE_ARRAY:
    case NECRO_RULE_FIXED: return read_array(reader, rule);
    case NECRO_RULE_OBJECT: return read_object(reader, rule);
    case NECRO_RULE_MODEL: return necro_model_read(reader, (PyTypeObject *)rule->subject);
    case NECRO_RULE_UNION: return read_union(reader, rule);
    case NECRO_RULE_TAGGED: return read_tagged(reader, rule);
    default: return read_plain(reader, rule);
  }
}

PyObject *necro_rule_read(NecroModelReader *reader, NecroRule *rule) {
  PyObject *value = read_kind(reader, rule);
  if (value != NULL && rule->is_bounded && !necro_rule_holds(rule, value)) Py_CLEAR(value);
  return value;
}

PyObject *necro_target_read(NecroModelReader *reader, PyObject *target) {
  return necro_is_model_class(target) ? necro_model_read(reader, (PyTypeObject *)target)
                                      : necro_rule_read(reader, (NecroRule *)target);
}
