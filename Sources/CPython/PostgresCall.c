/// The table that defines `PostgresCall`, the future of a call to a database.
#include "CPython.h"

extern PyObject *necro_call_cancel(PyObject *self, PyTypeObject *defining, PyObject *const *arguments,
                                   Py_ssize_t count, PyObject *names);

#define METHOD(name) (PyCFunction)(void (*)(void))name

static PyMethodDef call_methods[] = {
    {"cancel", METHOD(necro_call_cancel), METH_METHOD | METH_FASTCALL | METH_KEYWORDS,
     PyDoc_STR("cancel($self, msg=None)\n--\n\n"
               "Cancels the future, and the statement where it can be told apart from others.")},
    {NULL, NULL, 0, NULL}};

static PyType_Slot call_slots[] = {
    {Py_tp_doc, (void *)PyDoc_STR("A future whose result a database gives.")},
    {Py_tp_methods, call_methods},
    {0, NULL}};

/// Its base is asyncio.Future; what a call adds is one pointer behind it (PEP 697).
static PyType_Spec call_spec = {
    .name = "necro._necro.PostgresCall",
    .basicsize = -(int)sizeof(void *),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = call_slots,
};

PyType_Spec *necro_call_spec(void) { return &call_spec; }
