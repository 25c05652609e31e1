/// `Rule`: which values are accepted, and what becomes of them.
#include "Models.h"

#include <stddef.h>

// MARK: The type

static PyObject *kept(PyObject *object) {
  return object == Py_None ? NULL : Py_NewRef(object);
}

/// Rule(kind, accepts, subject, table, convert, items, bounds, explain): bounds is None or a tuple of
/// `ge`, `gt`, `le`, `lt`, the least and the greatest length, and the checks.
static PyObject *rule_new(PyTypeObject *type, PyObject *arguments, PyObject *keywords) {
  PyObject *subject, *table, *convert, *items, *bounds, *explain;
  unsigned char kind, accepts;
  (void)keywords;
  if (!PyArg_ParseTuple(arguments, "bbOOOO!OO", &kind, &accepts, &subject, &table, &convert,
                        &PyTuple_Type, &items, &bounds, &explain))
    return NULL;
  Py_ssize_t count = PyTuple_GET_SIZE(items);
  for (Py_ssize_t index = 0; index < count; index++) {
    PyObject *item = PyTuple_GET_ITEM(items, index);
    if (item != Py_None && !Py_IS_TYPE(item, type)) {
      PyErr_SetString(PyExc_TypeError, "the items of a Rule are Rules or None");
      return NULL;
    }
  }
  NecroRule *rule = (NecroRule *)type->tp_alloc(type, count);
  if (rule == NULL) return NULL;
  rule->kind = kind;
  rule->accepts = accepts;
  rule->length_max = PY_SSIZE_T_MAX;
  if (bounds != Py_None) {
    PyObject *checks;
    PyObject *ends[4];
    rule->is_bounded = true;
    if (!PyArg_ParseTuple(bounds, "OOOOnnO!", &ends[0], &ends[1], &ends[2], &ends[3], &rule->length_min,
                          &rule->length_max, &PyTuple_Type, &checks)) {
      Py_DECREF(rule);
      return NULL;
    }
    for (int index = 0; index < 4; index++) rule->bounds[index] = kept(ends[index]);
    if (PyTuple_GET_SIZE(checks) > 0) rule->checks = Py_NewRef(checks);
  }
  rule->subject = kept(subject);
  rule->table = kept(table);
  rule->convert = kept(convert);
  rule->explain = kept(explain);
  for (Py_ssize_t index = 0; index < count; index++)
    rule->items[index] = (NecroRule *)kept(PyTuple_GET_ITEM(items, index));
  return (PyObject *)rule;
}

static int rule_traverse(PyObject *self, visitproc visit, void *arg) {
  NecroRule *rule = (NecroRule *)self;
  Py_VISIT(Py_TYPE(self));
  for (int index = 0; index < 4; index++) Py_VISIT(rule->bounds[index]);
  Py_VISIT(rule->checks);
  Py_VISIT(rule->subject);
  Py_VISIT(rule->table);
  Py_VISIT(rule->convert);
  Py_VISIT(rule->explain);
  for (Py_ssize_t index = 0; index < Py_SIZE(self); index++) Py_VISIT(rule->items[index]);
  return 0;
}

/// A rule has no `tp_clear`: it may be in use while its parts would be taken away. A cycle through it
/// goes through a class, whose plan is cleared.
static void rule_dealloc(PyObject *self) {
  NecroRule *rule = (NecroRule *)self;
  PyTypeObject *type = Py_TYPE(self);
  PyObject_GC_UnTrack(self);
  for (int index = 0; index < 4; index++) Py_XDECREF(rule->bounds[index]);
  Py_XDECREF(rule->checks);
  Py_XDECREF(rule->subject);
  Py_XDECREF(rule->table);
  Py_XDECREF(rule->convert);
  Py_XDECREF(rule->explain);
  for (Py_ssize_t index = 0; index < Py_SIZE(self); index++) Py_XDECREF(rule->items[index]);
  type->tp_free(self);
  Py_DECREF(type);
}

/// rule(value): the value that the rule makes of another; `explain` says why there is none.
static PyObject *rule_call(PyObject *self, PyObject *arguments, PyObject *keywords) {
  NecroRule *rule = (NecroRule *)self;
  PyObject *value;
  (void)keywords;
  if (!PyArg_ParseTuple(arguments, "O", &value)) return NULL;
  PyObject *made = necro_rule_check(rule, value);
  if (made != NULL || PyErr_Occurred()) return made;
  if (rule->explain != NULL) return PyObject_CallOneArg(rule->explain, value);
  PyErr_SetString(PyExc_ValueError, "the value is refused");
  return NULL;
}

static PyType_Slot rule_slots[] = {
    {Py_tp_doc, (void *)PyDoc_STR("Which values are accepted, and what becomes of them.")},
    {Py_tp_new, (void *)rule_new},
    {Py_tp_dealloc, (void *)rule_dealloc},
    {Py_tp_traverse, (void *)rule_traverse},
    {Py_tp_call, (void *)rule_call},
    {0, NULL}};

static PyType_Spec rule_spec = {
    .name = "necro._necro.Rule",
    .basicsize = offsetof(NecroRule, items),
    .itemsize = sizeof(NecroRule *),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .slots = rule_slots,
};

PyType_Spec *necro_rule_spec(void) { return &rule_spec; }

// MARK: Bounds

/// Takes back what an exception of the user's code says about a value: ValueError is a refusal.
static void forgive(void) {
  if (PyErr_ExceptionMatches(PyExc_ValueError)) PyErr_Clear();
}

bool necro_rule_holds(NecroRule *rule, PyObject *value) {
  static const int operations[4] = {Py_GE, Py_GT, Py_LE, Py_LT};
  // None is in no bounds where it is accepted at all.
  if (value == Py_None) return true;
  if (rule->length_min > 0 || rule->length_max != PY_SSIZE_T_MAX) {
    Py_ssize_t length = PyObject_Size(value);
    if (length < 0) {
      // What has no length is in no bounds of it: a number in a union with text.
      PyErr_Clear();
    } else if (length < rule->length_min || length > rule->length_max) {
      return false;
    }
  }
  bool is_number = !PyUnicode_Check(value) && !PyBool_Check(value);
  for (int index = 0; index < 4 && is_number; index++) {
    if (rule->bounds[index] == NULL) continue;
    int holds = PyObject_RichCompareBool(value, rule->bounds[index], operations[index]);
    // Also with the error for what cannot be compared, which the second look explains.
    if (holds < 0) PyErr_Clear();
    if (holds <= 0) return false;
  }
  if (rule->checks == NULL) return true;
  for (Py_ssize_t index = 0; index < PyTuple_GET_SIZE(rule->checks); index++) {
    PyObject *verdict = PyObject_CallOneArg(PyTuple_GET_ITEM(rule->checks, index), value);
    int holds = verdict == NULL ? -1 : PyObject_IsTrue(verdict);
    Py_XDECREF(verdict);
    if (holds < 0) forgive();
    if (holds <= 0) return false;
  }
  return true;
}

// MARK: Values

PyObject *necro_rule_convert(NecroRule *rule, PyObject *value) {
  PyObject *made = PyObject_CallOneArg(rule->convert, value);
  if (made == NULL) forgive();
  return made;
}

PyObject *necro_rule_choose(NecroRule *rule, PyObject *value) {
  PyTypeObject *type = Py_TYPE(value);
  // Others may have no hash, or one of the user's.
  if (type != &PyUnicode_Type && type != &PyLong_Type && type != &PyBool_Type &&
      type != &PyFloat_Type && value != Py_None)
    return NULL;
  PyObject *pair = PyDict_GetItemWithError(rule->table, value);
  if (pair == NULL) return NULL;
  // 1 equals True and 1.0.
  if (Py_TYPE(PyTuple_GET_ITEM(pair, 0)) != type) return NULL;
  return PyTuple_GET_ITEM(pair, 1);
}

/// Whether a value is a container that an array's rule takes the items of: those that keep an order for
/// those that have one.
static bool is_array(NecroRule *rule, PyObject *value) {
  if (PyList_CheckExact(value) || PyTuple_CheckExact(value)) return true;
  bool is_set = rule->subject == (PyObject *)&PySet_Type || rule->subject == (PyObject *)&PyFrozenSet_Type;
  return is_set && PyAnySet_CheckExact(value);
}

static PyObject *check_array(NecroRule *rule, PyObject *value) {
  if (!is_array(rule, value)) return NULL;
  // The user's code may change the container in the midst of this.
  PyObject *items = PySequence_List(value);
  if (items == NULL) return NULL;
  for (Py_ssize_t index = 0; index < PyList_GET_SIZE(items); index++) {
    PyObject *made = necro_rule_check(rule->items[0], PyList_GET_ITEM(items, index));
    if (made == NULL || PyList_SetItem(items, index, made) != 0) {
      Py_DECREF(items);
      return NULL;
    }
  }
  if (rule->subject == (PyObject *)&PyList_Type) return items;
  PyObject *array = PyObject_CallOneArg(rule->subject, items);
  Py_DECREF(items);
  // Items without a hash.
  if (array == NULL && PyErr_ExceptionMatches(PyExc_TypeError)) PyErr_Clear();
  return array;
}

static PyObject *check_fixed(NecroRule *rule, PyObject *value) {
  if (!PyTuple_CheckExact(value) && !PyList_CheckExact(value)) return NULL;
  PyObject *items = PySequence_Tuple(value);
  if (items == NULL) return NULL;
  Py_ssize_t count = Py_SIZE(rule);
  PyObject *tuple = PyTuple_GET_SIZE(items) == count ? PyTuple_New(count) : NULL;
  for (Py_ssize_t index = 0; tuple != NULL && index < count; index++) {
    PyObject *made = necro_rule_check(rule->items[index], PyTuple_GET_ITEM(items, index));
    if (made == NULL) {
      Py_CLEAR(tuple);
    } else {
      PyTuple_SET_ITEM(tuple, index, made);
    }
  }
  Py_DECREF(items);
  return tuple;
}

static PyObject *check_object(NecroRule *rule, PyObject *value) {
  if (!PyDict_CheckExact(value)) return NULL;
  // A dict of its own, whose keys stay while the user's code runs.
  PyObject *made = PyDict_Copy(value);
  if (made == NULL) return NULL;
  PyObject *key, *member;
  Py_ssize_t position = 0;
  while (PyDict_Next(made, &position, &key, &member)) {
    PyObject *item = PyUnicode_Check(key) ? necro_rule_check(rule->items[0], member) : NULL;
    // It has the key, so that the dict does not grow.
    int failed = item == NULL || PyDict_SetItem(made, key, item) != 0;
    Py_XDECREF(item);
    if (failed) {
      Py_DECREF(made);
      return NULL;
    }
  }
  return made;
}

static PyObject *check_tagged(NecroRule *rule, PyObject *value) {
  if (necro_is_model(value)) {
    PyObject *key, *type;
    Py_ssize_t position = 0;
    while (PyDict_Next(rule->table, &position, &key, &type))
      if (Py_IS_TYPE(value, (PyTypeObject *)type)) return Py_NewRef(value);
    return NULL;
  }
  if (!PyDict_CheckExact(value)) return NULL;
  PyObject *tag = PyDict_GetItemWithError(value, rule->subject);
  if (tag == NULL || !(PyUnicode_CheckExact(tag) || PyLong_CheckExact(tag))) return NULL;
  PyObject *type = PyDict_GetItemWithError(rule->table, tag);
  return type == NULL ? NULL : necro_model_of_dict((PyTypeObject *)type, value);
}

static PyObject *check_scalar(unsigned accepts, PyObject *value) {
  if (accepts & NECRO_ACCEPTS_ANYTHING) return Py_NewRef(value);
  PyTypeObject *type = Py_TYPE(value);
  if (type == &PyUnicode_Type) return accepts & NECRO_ACCEPTS_STRING ? Py_NewRef(value) : NULL;
  if (type == &PyLong_Type) {
    if (accepts & NECRO_ACCEPTS_INTEGER) return Py_NewRef(value);
    if (!(accepts & NECRO_ACCEPTS_FLOAT)) return NULL;
    double number = PyLong_AsDouble(value);
    if (number == -1 && PyErr_Occurred()) {
      PyErr_Clear();
      return NULL;
    }
    return PyFloat_FromDouble(number);
  }
  if (type == &PyFloat_Type) return accepts & NECRO_ACCEPTS_FLOAT ? Py_NewRef(value) : NULL;
  if (value == Py_None) return accepts & NECRO_ACCEPTS_NULL ? Py_NewRef(value) : NULL;
  if (type == &PyBool_Type) return accepts & NECRO_ACCEPTS_BOOLEAN ? Py_NewRef(value) : NULL;
  // Subclasses are left to the second look.
  return NULL;
}

static PyObject *check_kind(NecroRule *rule, PyObject *value) {
  switch (rule->kind) {
    case NECRO_RULE_SCALAR: return check_scalar(rule->accepts, value);
    case NECRO_RULE_TEXT:
      if (Py_TYPE(value) == (PyTypeObject *)rule->subject) return Py_NewRef(value);
      return PyUnicode_CheckExact(value) ? necro_rule_convert(rule, value) : NULL;
    case NECRO_RULE_CHOICE:
      if (Py_TYPE(value) == (PyTypeObject *)rule->subject) return Py_NewRef(value);
      return Py_XNewRef(necro_rule_choose(rule, value));
    case NECRO_RULE_ARRAY: return check_array(rule, value);
    case NECRO_RULE_FIXED: return check_fixed(rule, value);
    case NECRO_RULE_OBJECT: return check_object(rule, value);
    case NECRO_RULE_MODEL:
      if (PyObject_TypeCheck(value, (PyTypeObject *)rule->subject)) return Py_NewRef(value);
      return PyDict_CheckExact(value) ? necro_model_of_dict((PyTypeObject *)rule->subject, value) : NULL;
    case NECRO_RULE_TAGGED: return check_tagged(rule, value);
    case NECRO_RULE_UNION: {
      PyObject *made = check_scalar(rule->accepts, value);
      for (int index = 0; made == NULL && index < 3 && !PyErr_Occurred(); index++)
        if (rule->items[index] != NULL) made = necro_rule_check(rule->items[index], value);
      return made;
    }
    default:
      if (rule->subject != NULL && Py_TYPE(value) == (PyTypeObject *)rule->subject)
        return Py_NewRef(value);
      return necro_rule_convert(rule, value);
  }
}

PyObject *necro_rule_check(NecroRule *rule, PyObject *value) {
  // A value may contain itself.
  if (rule->kind >= NECRO_RULE_ARRAY && Py_EnterRecursiveCall(" while a value is checked")) return NULL;
  PyObject *made = check_kind(rule, value);
  if (rule->kind >= NECRO_RULE_ARRAY) Py_LeaveRecursiveCall();
  if (made != NULL && rule->is_bounded && !necro_rule_holds(rule, made)) Py_CLEAR(made);
  return made;
}
