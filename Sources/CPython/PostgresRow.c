/// The table that defines `Row`, a row of a Postgres result.
#include "CPython.h"
#include <stddef.h>

extern PyObject *necro_row_new(PyTypeObject *type, PyObject *arguments, PyObject *keywords);
extern void necro_row_dealloc(PyObject *self);
extern PyObject *necro_row_getattro(PyObject *self, PyObject *name);
extern PyObject *necro_row_repr(PyObject *self);
extern Py_hash_t necro_row_hash(PyObject *self);
extern PyObject *necro_row_compare(PyObject *self, PyObject *other, int operation);
extern PyObject *necro_row_item(PyObject *self, Py_ssize_t index);
extern PyObject *necro_row_subscript(PyObject *self, PyObject *key);
extern int necro_row_contains(PyObject *self, PyObject *value);
extern PyObject *necro_row_concat(PyObject *self, PyObject *other);
extern PyObject *necro_row_keys(PyObject *self, PyObject *ignored);
extern PyObject *necro_row_values_method(PyObject *self, PyObject *ignored);
extern PyObject *necro_row_items(PyObject *self, PyObject *ignored);
extern PyObject *necro_row_get(PyObject *self, PyObject *const *arguments, Py_ssize_t count);
extern PyObject *necro_row_reduce(PyObject *self, PyObject *ignored);
extern PyObject *necro_row_dir(PyObject *self, PyObject *ignored);

static Py_ssize_t row_length(PyObject *self) { return Py_SIZE(self); }

static int row_traverse(PyObject *self, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(self));
  for (Py_ssize_t i = 0; i < Py_SIZE(self); i++) Py_VISIT(((NecroRow *)self)->values[i]);
  return 0;
}

int necro_row_clear(PyObject *self) {
  for (Py_ssize_t i = 0; i < Py_SIZE(self); i++) Py_CLEAR(((NecroRow *)self)->values[i]);
  return 0;
}

PyObject *necro_row_allocate(PyTypeObject *type, Py_ssize_t columns) {
  NecroRow *row = PyObject_GC_NewVar(NecroRow, type, columns);
  if (row == NULL) return NULL;
  row->rows = NULL;
  row->first = row->cursor = 0;
  row->column = 0;
  memset(row->values, 0, (size_t)columns * sizeof(PyObject *));
  return (PyObject *)row;
}

void necro_row_free(PyObject *self) {
  PyTypeObject *type = Py_TYPE(self);
  PyObject_GC_UnTrack(self);
  necro_row_clear(self);
  type->tp_free(self);
  Py_DECREF(type);
}

#define FASTCALL(name) (PyCFunction)(void (*)(void))name

static PyMethodDef row_methods[] = {
    {"keys", necro_row_keys, METH_NOARGS, PyDoc_STR("keys($self, /)\n--\n\nThe names of the columns, a tuple.")},
    {"values", necro_row_values_method, METH_NOARGS,
     PyDoc_STR("values($self, /)\n--\n\nThe values of the columns, a tuple.")},
    {"items", necro_row_items, METH_NOARGS,
     PyDoc_STR("items($self, /)\n--\n\nThe (name, value) pairs of the columns, a tuple.")},
    {"get", FASTCALL(necro_row_get), METH_FASTCALL,
     PyDoc_STR("get($self, name, default=None, /)\n--\n\nThe value of a column; the default if there is none.")},
    {"__reduce__", necro_row_reduce, METH_NOARGS, PyDoc_STR("__reduce__($self, /)\n--\n\n")},
    {"__dir__", necro_row_dir, METH_NOARGS, PyDoc_STR("__dir__($self, /)\n--\n\n")},
    {NULL, NULL, 0, NULL}};

static PyType_Slot row_slots[] = {{Py_tp_doc, (void *)PyDoc_STR(
                                      "Row(names, values, /)\n--\n\n"
                                      "A row of a result: a tuple whose values have names as well.\n\n"
                                      "Values are made of the octets that the server sent when they are first asked for.")},
                                  {Py_tp_new, (void *)necro_row_new},
                                  {Py_tp_dealloc, (void *)necro_row_dealloc},
                                  {Py_tp_traverse, (void *)row_traverse},
                                  {Py_tp_clear, (void *)necro_row_clear},
                                  {Py_tp_getattro, (void *)necro_row_getattro},
                                  {Py_tp_repr, (void *)necro_row_repr},
                                  {Py_tp_hash, (void *)necro_row_hash},
                                  {Py_tp_richcompare, (void *)necro_row_compare},
                                  {Py_tp_iter, (void *)PySeqIter_New},
                                  {Py_tp_methods, row_methods},
                                  {Py_sq_length, (void *)row_length},
                                  {Py_sq_item, (void *)necro_row_item},
                                  {Py_sq_contains, (void *)necro_row_contains},
                                  {Py_sq_concat, (void *)necro_row_concat},
                                  {Py_mp_length, (void *)row_length},
                                  {Py_mp_subscript, (void *)necro_row_subscript},
                                  {0, NULL}};

static PyType_Spec row_spec = {
    .name = "necro._necro.Row",
    .basicsize = offsetof(NecroRow, values),
    .itemsize = sizeof(PyObject *),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_SEQUENCE | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = row_slots,
};

PyType_Spec *necro_row_spec(void) { return &row_spec; }
