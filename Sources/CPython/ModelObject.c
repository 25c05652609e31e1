/// Instances of models: how they are made, compared, shown and end.
#include "Models.h"

#include <stddef.h>

#define HOT static inline __attribute__((always_inline))

// MARK: Memory

PyObject *necro_model_allocate(PyTypeObject *type, NecroPlan *plan) {
  PyObject *self;
  if (plan->kept_count > 0) {
    self = plan->kept[--plan->kept_count];
    PyObject_Init(self, type);
  } else {
    self = PyObject_GC_New(PyObject, type);
    if (self == NULL) return NULL;
  }
  memset(self + 1, 0, (size_t)type->tp_basicsize - sizeof(PyObject));
  return self;
}

static int model_traverse(PyObject *self, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(self));
  NecroPlan *plan = ((NecroModelClass *)Py_TYPE(self))->layout;
  for (Py_ssize_t index = 0; plan != NULL && index < plan->count; index++)
    Py_VISIT(*necro_model_slot(self, &plan->fields[index]));
  return 0;
}

static int model_clear(PyObject *self) {
  NecroPlan *plan = ((NecroModelClass *)Py_TYPE(self))->layout;
  for (Py_ssize_t index = 0; plan != NULL && index < plan->count; index++)
    Py_CLEAR(*necro_model_slot(self, &plan->fields[index]));
  return 0;
}

static void let_go(PyObject *self) {
  PyTypeObject *type = Py_TYPE(self);
  NecroPlan *plan = ((NecroModelClass *)type)->layout;
  model_clear(self);
  if (plan != NULL && plan->kept_count < NECRO_KEPT_MAX && type->tp_finalize == NULL) {
    plan->kept[plan->kept_count++] = self;
  } else {
    PyObject_GC_Del(self);
  }
  Py_DECREF(type);
}

/// In the midst of a chain of models that each hold the last reference to the next.
static __attribute__((noinline)) void let_go_of_tracked(PyObject *self) {
  PyObject_GC_UnTrack(self);
  Py_TRASHCAN_BEGIN(self, necro_model_dealloc)
  let_go(self);
  Py_TRASHCAN_END
}

void necro_model_dealloc(PyObject *self) {
  PyTypeObject *type = Py_TYPE(self);
  if (__builtin_expect(type->tp_finalize != NULL, 0)) {
    if (PyObject_CallFinalizerFromDealloc(self) < 0) return;
  }
  if (PyObject_GC_IsTracked(self)) {
    let_go_of_tracked(self);
  } else {
    let_go(self);
  }
}

/// What `cls.__new__(cls)` gives: an instance without values, for copy and pickle to fill.
static PyObject *model_new(PyTypeObject *type, PyObject *arguments, PyObject *keywords) {
  (void)arguments;
  (void)keywords;
  if (!necro_is_model_class((PyObject *)type)) {
    PyErr_SetString(PyExc_TypeError, "models are instances of subclasses of NecroModel");
    return NULL;
  }
  NecroPlan *plan = necro_plan(type);
  PyObject *self = plan == NULL ? NULL : necro_model_allocate(type, plan);
  if (self != NULL) PyObject_GC_Track(self);
  return self;
}

// MARK: Construction

static bool fill(PyObject *self, NecroPlan *plan, bool *is_tracked) {
  for (Py_ssize_t index = 0; index < plan->count; index++) {
    NecroField *field = &plan->fields[index];
    PyObject **slot = necro_model_slot(self, field);
    if (*slot != NULL) continue;
    PyObject *value;
    if (field->preset != NULL) {
      value = Py_NewRef(field->preset);
    } else if (field->factory == NULL) {
      return false;
    } else if (field->factory == (PyObject *)&PyList_Type) {
      value = PyList_New(0);
    } else if (field->factory == (PyObject *)&PyDict_Type) {
      value = PyDict_New();
    } else {
      value = PyObject_CallNoArgs(field->factory);
    }
    if (value == NULL) return false;
    *is_tracked |= necro_may_be_tracked(value);
    // A factory is the user's code, and may have found the instance.
    Py_XSETREF(*slot, value);
  }
  return true;
}

bool necro_model_finish(PyObject *self, NecroPlan *plan, Py_ssize_t filled, bool is_tracked) {
  if (filled < plan->count && !fill(self, plan, &is_tracked)) return false;
  if (is_tracked) PyObject_GC_Track(self);
  if (__builtin_expect(!plan->has_post_init, 1)) return true;
  PyObject *done = PyObject_CallMethod(self, "__post_init__", NULL);
  Py_XDECREF(done);
  // A refusal of the values, which the second look reports.
  if (done == NULL && PyErr_ExceptionMatches(PyExc_ValueError)) PyErr_Clear();
  return done != NULL;
}

HOT bool set_checked(PyObject *self, NecroField *field, PyObject *argument, bool *is_tracked) {
  PyObject *value;
  NecroRule *rule = field->rule;
  PyTypeObject *type = Py_TYPE(argument);
  // The most usual first.
  if (rule->kind == NECRO_RULE_SCALAR && !rule->is_bounded &&
      ((type == &PyUnicode_Type && rule->accepts & NECRO_ACCEPTS_STRING) ||
       (type == &PyLong_Type && rule->accepts & NECRO_ACCEPTS_INTEGER) ||
       (type == &PyFloat_Type && rule->accepts & NECRO_ACCEPTS_FLOAT) ||
       (type == &PyBool_Type && rule->accepts & NECRO_ACCEPTS_BOOLEAN))) {
    value = Py_NewRef(argument);
  } else {
    value = necro_rule_check(rule, argument);
    if (value == NULL) return false;
    *is_tracked |= necro_may_be_tracked(value);
  }
  *necro_model_slot(self, field) = value;
  return true;
}

PyObject *necro_model_of_dict(PyTypeObject *type, PyObject *dict) {
  NecroPlan *plan = necro_plan(type);
  PyObject *self = plan == NULL ? NULL : necro_model_allocate(type, plan);
  if (self == NULL) return NULL;
  Py_ssize_t filled = 0;
  bool is_tracked = false;
  for (Py_ssize_t index = 0; index < plan->count; index++) {
    NecroField *field = &plan->fields[index];
    PyObject *member = PyDict_GetItemWithError(dict, field->alias);
    if (member == NULL) {
      if (PyErr_Occurred()) goto failed;
      continue;
    }
    // The user's code may take it out of the dict.
    Py_INCREF(member);
    bool is_set = set_checked(self, field, member, &is_tracked);
    Py_DECREF(member);
    if (!is_set) goto failed;
    filled++;
  }
  if (plan->forbids_extra && PyDict_GET_SIZE(dict) != filled) goto failed;
  if (necro_model_finish(self, plan, filled, is_tracked)) return self;
failed:
  Py_DECREF(self);
  return NULL;
}

/// Finds the fields of a call's keywords, for this call and the next of its place; false where one is
/// not known, or with an error.
static __attribute__((noinline)) bool learn_keywords(NecroPlan *plan, PyObject *names, Py_ssize_t positional) {
  Py_ssize_t count = PyTuple_GET_SIZE(names);
  if (count > plan->count) return false;
  Py_CLEAR(plan->keywords);
  Py_ssize_t least = plan->count;
  if (plan->keyword_fields == NULL) {
    plan->keyword_fields = malloc((size_t)plan->count * sizeof(Py_ssize_t));
    if (plan->keyword_fields == NULL) return false;
  }
  for (Py_ssize_t at = 0; at < count; at++) {
    Py_ssize_t found = -1;
    for (int by_alias = 0; by_alias < 2 && found < 0; by_alias++)
      for (Py_ssize_t index = 0; index < plan->count && found < 0; index++) {
        PyObject *name = by_alias ? plan->fields[index].alias : plan->fields[index].name;
        PyObject *given = PyTuple_GET_ITEM(names, at);
        if (name == given || PyUnicode_Compare(name, given) == 0) found = index;
      }
    // One that was given by position, or before, is for the second look to refuse.
    if (found < positional) return false;
    for (Py_ssize_t other = 0; other < at; other++)
      if (plan->keyword_fields[other] == found) return false;
    plan->keyword_fields[at] = found;
    least = found < least ? found : least;
  }
  plan->keyword_first = least;
  plan->keywords = Py_NewRef(names);
  return true;
}

/// Why a call does not make an instance, by `_models.construct`, which has the last word.
static __attribute__((noinline)) PyObject *construct_again(
    PyTypeObject *type, PyObject *const *arguments, Py_ssize_t positional, PyObject *names) {
  if (PyErr_Occurred()) return NULL;
  PyObject *module = PyImport_ImportModule("necro._models");
  PyObject *function = module == NULL ? NULL : PyObject_GetAttrString(module, "construct");
  Py_XDECREF(module);
  PyObject *given = PyTuple_New(positional), *keywords = PyDict_New(), *result = NULL;
  if (function == NULL || given == NULL || keywords == NULL) goto done;
  for (Py_ssize_t index = 0; index < positional; index++)
    PyTuple_SET_ITEM(given, index, Py_NewRef(arguments[index]));
  for (Py_ssize_t index = 0; names != NULL && index < PyTuple_GET_SIZE(names); index++)
    if (PyDict_SetItem(keywords, PyTuple_GET_ITEM(names, index), arguments[positional + index]) != 0)
      goto done;
  result = PyObject_CallFunctionObjArgs(function, (PyObject *)type, given, keywords, NULL);
done:
  Py_XDECREF(function);
  Py_XDECREF(given);
  Py_XDECREF(keywords);
  return result;
}

static PyObject *model_vectorcall(PyObject *callable, PyObject *const *arguments, size_t count,
                                  PyObject *names) {
  PyTypeObject *type = (PyTypeObject *)callable;
  NecroPlan *plan = necro_plan(type);
  if (plan == NULL) return NULL;
  Py_ssize_t positional = PyVectorcall_NARGS(count);
  Py_ssize_t named = names == NULL ? 0 : PyTuple_GET_SIZE(names);
  PyObject *self = NULL;
  if (positional > plan->positional_count) goto refused;
  // The whole plan's, until code of the user's runs that may call the class as well.
  Py_ssize_t fields[16];
  if (named > 0) {
    if (names != plan->keywords || plan->keyword_first < positional) {
      if (!learn_keywords(plan, names, positional)) goto refused;
    }
    if (named <= 16) memcpy(fields, plan->keyword_fields, (size_t)named * sizeof *fields);
  }
  self = necro_model_allocate(type, plan);
  if (self == NULL) return NULL;
  bool is_tracked = false;
  for (Py_ssize_t index = 0; index < positional; index++)
    if (!set_checked(self, &plan->fields[index], arguments[index], &is_tracked)) goto refused;
  for (Py_ssize_t index = 0; index < named; index++) {
    if (__builtin_expect(named > 16, 0) && names != plan->keywords) {
      if (!learn_keywords(plan, names, positional)) goto refused;
    }
    NecroField *field = &plan->fields[named > 16 ? plan->keyword_fields[index] : fields[index]];
    if (!set_checked(self, field, arguments[positional + index], &is_tracked)) goto refused;
  }
  if (necro_model_finish(self, plan, positional + named, is_tracked)) return self;
refused:
  Py_XDECREF(self);
  return construct_again(type, arguments, positional, names);
}

// MARK: What Python asks of an instance

/// The value of a field, borrowed; NULL with an error.
static PyObject *value_of(PyObject *self, NecroField *field) {
  PyObject *value = *necro_model_slot(self, field);
  if (value == NULL) PyErr_SetObject(PyExc_AttributeError, field->name);
  return value;
}

static PyObject *model_repr(PyObject *self) {
  NecroPlan *plan = necro_plan(Py_TYPE(self));
  if (plan == NULL) return NULL;
  int depth = Py_ReprEnter(self);
  if (depth != 0) return depth < 0 ? NULL : PyUnicode_FromString("...");
  PyObject *parts = PyList_New(0), *text = NULL;
  for (Py_ssize_t index = 0; parts != NULL && index < plan->count; index++) {
    NecroField *field = &plan->fields[index];
    PyObject *value = *necro_model_slot(self, field);
    if (value == NULL) continue;
    Py_INCREF(value);
    PyObject *part = PyUnicode_FromFormat("%U=%R", field->name, value);
    Py_DECREF(value);
    if (part == NULL || PyList_Append(parts, part) != 0) Py_CLEAR(parts);
    Py_XDECREF(part);
  }
  PyObject *comma = PyUnicode_FromString(", "), *name = PyType_GetName(Py_TYPE(self));
  PyObject *inner = parts != NULL && comma != NULL ? PyUnicode_Join(comma, parts) : NULL;
  if (inner != NULL && name != NULL) text = PyUnicode_FromFormat("%U(%U)", name, inner);
  Py_XDECREF(inner);
  Py_XDECREF(name);
  Py_XDECREF(comma);
  Py_XDECREF(parts);
  Py_ReprLeave(self);
  return text;
}

static PyObject *model_compare(PyObject *self, PyObject *other, int operation) {
  if ((operation != Py_EQ && operation != Py_NE) || Py_TYPE(self) != Py_TYPE(other))
    Py_RETURN_NOTIMPLEMENTED;
  NecroPlan *plan = necro_plan(Py_TYPE(self));
  if (plan == NULL) return NULL;
  int equal = 1;
  if (Py_EnterRecursiveCall(" in a comparison")) return NULL;
  for (Py_ssize_t index = 0; equal == 1 && index < plan->count; index++) {
    PyObject *own = *necro_model_slot(self, &plan->fields[index]);
    PyObject *its = *necro_model_slot(other, &plan->fields[index]);
    if (own == NULL || its == NULL) {
      equal = own == its;
      continue;
    }
    Py_INCREF(own);
    Py_INCREF(its);
    equal = PyObject_RichCompareBool(own, its, Py_EQ);
    Py_DECREF(own);
    Py_DECREF(its);
  }
  Py_LeaveRecursiveCall();
  if (equal < 0) return NULL;
  return PyBool_FromLong(operation == Py_EQ ? equal : !equal);
}

static Py_hash_t model_hash(PyObject *self) {
  NecroPlan *plan = necro_plan(Py_TYPE(self));
  if (plan == NULL) return -1;
  if (!plan->is_frozen) return PyObject_HashNotImplemented(self);
  PyObject *values = PyTuple_New(plan->count + 1);
  if (values == NULL) return -1;
  PyTuple_SET_ITEM(values, plan->count, Py_NewRef(Py_TYPE(self)));
  Py_hash_t hash = 0;
  for (Py_ssize_t index = 0; hash == 0 && index < plan->count; index++) {
    PyObject *value = value_of(self, &plan->fields[index]);
    if (value == NULL) hash = -1;
    PyTuple_SET_ITEM(values, index, Py_XNewRef(value));
  }
  if (hash == 0) hash = PyObject_Hash(values);
  Py_DECREF(values);
  return hash;
}

static int model_setattro(PyObject *self, PyObject *name, PyObject *value) {
  NecroPlan *plan = necro_plan(Py_TYPE(self));
  if (plan == NULL) return -1;
  if (plan->is_frozen || value == NULL) {
    PyErr_Format(PyExc_AttributeError, plan->is_frozen ? "%s is frozen: %R stays as it is"
                                                       : "%s keeps its fields: %R cannot be deleted",
                 Py_TYPE(self)->tp_name, name);
    return -1;
  }
  if (PyObject_GenericSetAttr(self, name, value) != 0) return -1;
  if (necro_may_be_tracked(value) && !PyObject_GC_IsTracked(self)) PyObject_GC_Track(self);
  return 0;
}

PyObject *necro_model_members(PyObject *self) {
  NecroPlan *plan = necro_plan(Py_TYPE(self));
  PyObject *members = plan == NULL ? NULL : PyDict_New();
  for (Py_ssize_t index = 0; members != NULL && index < plan->count; index++) {
    PyObject *value = value_of(self, &plan->fields[index]);
    if (value == NULL || PyDict_SetItem(members, plan->fields[index].alias, value) != 0)
      Py_CLEAR(members);
  }
  return members;
}

/// The values of the fields, a tuple: what pickle and copy keep.
static PyObject *model_getstate(PyObject *self, PyObject *ignored) {
  (void)ignored;
  NecroPlan *plan = necro_plan(Py_TYPE(self));
  PyObject *values = plan == NULL ? NULL : PyTuple_New(plan->count);
  for (Py_ssize_t index = 0; values != NULL && index < plan->count; index++) {
    PyObject *value = value_of(self, &plan->fields[index]);
    if (value == NULL) {
      Py_CLEAR(values);
    } else {
      PyTuple_SET_ITEM(values, index, Py_NewRef(value));
    }
  }
  return values;
}

/// Fills an instance that has no values; they are not checked.
static PyObject *model_setstate(PyObject *self, PyObject *values) {
  NecroPlan *plan = necro_plan(Py_TYPE(self));
  if (plan == NULL) return NULL;
  if (!PyTuple_CheckExact(values) || PyTuple_GET_SIZE(values) != plan->count) {
    PyErr_Format(PyExc_ValueError, "%s has other fields than what was pickled", Py_TYPE(self)->tp_name);
    return NULL;
  }
  for (Py_ssize_t index = 0; index < plan->count; index++) {
    if (*necro_model_slot(self, &plan->fields[index]) == NULL) continue;
    PyErr_Format(PyExc_TypeError, "%s has its values already", Py_TYPE(self)->tp_name);
    return NULL;
  }
  for (Py_ssize_t index = 0; index < plan->count; index++)
    *necro_model_slot(self, &plan->fields[index]) = Py_NewRef(PyTuple_GET_ITEM(values, index));
  Py_RETURN_NONE;
}

extern PyObject *necro_model_to_json(PyObject *self, PyObject *ignored);

static PyMethodDef model_methods[] = {
    {"to_json", necro_model_to_json, METH_NOARGS,
     PyDoc_STR("to_json($self, /)\n--\n\nThe JSON text, by the fields' aliases; `from_json` reads it.")},
    {"__getstate__", model_getstate, METH_NOARGS, PyDoc_STR("The values, as pickle keeps them.")},
    {"__setstate__", model_setstate, METH_O, PyDoc_STR("Fills a new instance.")},
    {NULL, NULL, 0, NULL}};

static PyType_Slot model_slots[] = {{Py_tp_new, (void *)model_new},
                                    {Py_tp_traverse, (void *)model_traverse},
                                    {Py_tp_clear, (void *)model_clear},
                                    {Py_tp_repr, (void *)model_repr},
                                    {Py_tp_richcompare, (void *)model_compare},
                                    {Py_tp_hash, (void *)model_hash},
                                    {Py_tp_setattro, (void *)model_setattro},
                                    {Py_tp_methods, model_methods},
                                    {0, NULL}};

static PyType_Spec model_spec = {
    .name = "necro._necro.Model",
    .basicsize = sizeof(PyObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
    .slots = model_slots,
};

PyType_Spec *necro_model_spec(void) { return &model_spec; }

bool necro_model_adopt(PyTypeObject *type) {
  if (type->tp_dictoffset != 0 || type->tp_weaklistoffset != 0 ||
      (type->tp_flags & (Py_TPFLAGS_MANAGED_DICT | Py_TPFLAGS_MANAGED_WEAKREF)) != 0 ||
      type->tp_itemsize != 0) {
    PyErr_Format(PyExc_TypeError, "a base class of %s gives its instances a __dict__ or __weakref__; "
                 "give that class `__slots__ = ()`", type->tp_name);
    return false;
  }
  type->tp_dealloc = necro_model_dealloc;
  type->tp_traverse = model_traverse;
  type->tp_clear = model_clear;
  type->tp_vectorcall = model_vectorcall;
  PyType_Modified(type);
  return true;
}
