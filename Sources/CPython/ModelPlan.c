/// The plan of a class of models, and the metaclass that holds it.
#include "Models.h"

#include <stddef.h>

static PyObject *call_cold(const char *name, PyObject *argument) {
  PyObject *module = PyImport_ImportModule("necro._models");
  PyObject *function = module == NULL ? NULL : PyObject_GetAttrString(module, name);
  Py_XDECREF(module);
  PyObject *result = function == NULL ? NULL : PyObject_CallOneArg(function, argument);
  Py_XDECREF(function);
  return result;
}

NecroPlan *necro_plan_make(PyTypeObject *type) {
  PyObject *done = call_cold("compile_plan", (PyObject *)type);
  if (done == NULL) return NULL;
  Py_DECREF(done);
  NecroPlan *plan = ((NecroModelClass *)type)->plan;
  if (plan == NULL) PyErr_SetString(PyExc_TypeError, "the class of models has no fields yet");
  return plan;
}

static void plan_free(NecroPlan *plan) {
  while (plan->kept_count > 0) PyObject_GC_Del(plan->kept[--plan->kept_count]);
  for (Py_ssize_t index = 0; index < plan->count; index++) {
    NecroField *field = &plan->fields[index];
    Py_XDECREF(field->name);
    Py_XDECREF(field->alias);
    Py_XDECREF(field->rule);
    Py_XDECREF(field->preset);
    Py_XDECREF(field->factory);
  }
  Py_XDECREF(plan->keywords);
  free(plan->keyword_fields);
  free(plan);
}

/// Where instances have the value of a field; -1 with an error.
static Py_ssize_t offset_of(PyTypeObject *type, PyObject *name) {
  for (Py_ssize_t index = 0; index < PyTuple_GET_SIZE(type->tp_mro); index++) {
    PyTypeObject *base = (PyTypeObject *)PyTuple_GET_ITEM(type->tp_mro, index);
    PyObject *members = PyType_GetDict(base);
    PyObject *member = members == NULL ? NULL : PyDict_GetItemWithError(members, name);
    Py_XDECREF(members);
    if (member == NULL) continue;
    if (Py_IS_TYPE(member, &PyMemberDescr_Type)) {
      PyMemberDef *definition = ((PyMemberDescrObject *)member)->d_member;
      // Another type's member would lie outside of the instance.
      if (definition->type == Py_T_OBJECT_EX && PyType_IsSubtype(type, PyDescr_TYPE(member)))
        return definition->offset;
    }
    break;
  }
  PyErr_Format(PyExc_TypeError, "%s has no slot for %U", type->tp_name, name);
  return -1;
}

/// Fills a field from (name, alias, written, rule, preset, factory); false with an error.
static bool take_field(NecroField *field, PyTypeObject *type, PyTypeObject *rule_type, PyObject *facts,
                       PyObject *absent) {
  PyObject *name, *alias, *rule, *preset, *factory;
  const char *written;
  Py_ssize_t written_count, count;
  if (!PyArg_ParseTuple(facts, "UUy#O!OO", &name, &alias, &written, &written_count, rule_type, &rule,
                        &preset, &factory))
    return false;
  field->name = Py_NewRef(name);
  field->alias = Py_NewRef(alias);
  field->rule = (NecroRule *)Py_NewRef(rule);
  if (preset != absent) field->preset = Py_NewRef(preset);
  if (factory != absent) field->factory = Py_NewRef(factory);
  field->octets = (const uint8_t *)PyUnicode_AsUTF8AndSize(alias, &count);
  if (field->octets == NULL) return false;
  field->count = (size_t)count;
  if (written_count <= NECRO_WRITTEN_MAX) {
    memcpy(field->written, written, (size_t)written_count);
    field->written_count = (uint8_t)written_count;
  }
  field->offset = offset_of(type, name);
  return field->offset > 0;
}

/// set_plan(rule_type, absent, fields, positional_count, is_frozen, forbids_extra, has_post_init): gives the
/// class its fields, once.
static PyObject *set_plan(PyObject *self, PyObject *arguments) {
  PyTypeObject *rule_type;
  PyObject *absent, *fields;
  Py_ssize_t positional_count;
  int is_frozen, forbids_extra, has_post_init;
  if (!PyArg_ParseTuple(arguments, "O!OO!nppp", &PyType_Type, &rule_type, &absent, &PyTuple_Type, &fields,
                        &positional_count, &is_frozen, &forbids_extra, &has_post_init))
    return NULL;
  if (((NecroModelClass *)self)->layout != NULL) Py_RETURN_NONE;
  if (!necro_is_model_class(self)) {
    PyErr_SetString(PyExc_TypeError, "not a class of models");
    return NULL;
  }
  Py_ssize_t count = PyTuple_GET_SIZE(fields);
  NecroPlan *plan = calloc(1, sizeof *plan + (size_t)count * sizeof(NecroField));
  if (plan == NULL) return PyErr_NoMemory();
  plan->positional_count = positional_count < count ? positional_count : count;
  plan->is_frozen = is_frozen;
  plan->forbids_extra = forbids_extra;
  plan->has_post_init = has_post_init;
  for (; plan->count < count; plan->count++) {
    if (take_field(&plan->fields[plan->count], (PyTypeObject *)self, rule_type,
                   PyTuple_GET_ITEM(fields, plan->count), absent))
      continue;
    plan->count++;
    plan_free(plan);
    return NULL;
  }
  ((NecroModelClass *)self)->plan = ((NecroModelClass *)self)->layout = plan;
  Py_RETURN_NONE;
}

/// Has a class end and be called as one of models; see `necro_model_adopt`.
static PyObject *adopt(PyObject *self, PyObject *ignored) {
  (void)ignored;
  return necro_model_adopt((PyTypeObject *)self) ? Py_NewRef(Py_None) : NULL;
}

static PyObject *has_plan(PyObject *self, void *closure) {
  (void)closure;
  return PyBool_FromLong(((NecroModelClass *)self)->plan != NULL);
}

// MARK: The metaclass

static int class_traverse(PyObject *self, visitproc visit, void *arg) {
  NecroPlan *plan = ((NecroModelClass *)self)->layout;
  for (Py_ssize_t index = 0; plan != NULL && index < plan->count; index++) {
    Py_VISIT(plan->fields[index].rule);
    Py_VISIT(plan->fields[index].preset);
    Py_VISIT(plan->fields[index].factory);
  }
  return PyType_Type.tp_traverse(self, visit, arg);
}

static int class_clear(PyObject *self) {
  // Instances may outlive this, and find their values by the layout: only what leads back is let go of.
  NecroPlan *plan = ((NecroModelClass *)self)->layout;
  ((NecroModelClass *)self)->plan = NULL;
  for (Py_ssize_t index = 0; plan != NULL && index < plan->count; index++) {
    Py_CLEAR(plan->fields[index].preset);
    Py_CLEAR(plan->fields[index].factory);
    Py_CLEAR(plan->fields[index].rule);
  }
  return PyType_Type.tp_clear(self);
}

static void class_dealloc(PyObject *self) {
  NecroModelClass *own = (NecroModelClass *)self;
  NecroPlan *plan = own->layout;
  own->plan = own->layout = NULL;
  PyObject_GC_UnTrack(self);
  if (plan != NULL) plan_free(plan);
  PyObject_GC_Track(self);
  PyType_Type.tp_dealloc(self);
}

static PyMethodDef class_methods[] = {
    {"_set_plan", set_plan, METH_VARARGS, PyDoc_STR("Gives the class its fields.")},
    {"_adopt", adopt, METH_NOARGS, PyDoc_STR("Makes the class one of models.")},
    {NULL, NULL, 0, NULL}};

static PyGetSetDef class_getters[] = {
    {"_has_plan", has_plan, NULL, PyDoc_STR("Whether the class was used before."), NULL},
    {NULL, NULL, NULL, NULL, NULL}};

static PyType_Slot class_slots[] = {{Py_tp_traverse, (void *)class_traverse},
                                    {Py_tp_clear, (void *)class_clear},
                                    {Py_tp_dealloc, (void *)class_dealloc},
                                    {Py_tp_methods, class_methods},
                                    {Py_tp_getset, class_getters},
                                    {0, NULL}};

static PyType_Spec class_spec = {
    .name = "necro._necro.ModelClass",
    .basicsize = sizeof(NecroModelClass),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
    .slots = class_slots,
};

PyType_Spec *necro_model_class_spec(void) { return &class_spec; }
