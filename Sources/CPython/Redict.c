/// The tables that define `RedictPool`, `RedictConnection`, `RedictBatch` and `RedictCall`. Their functions are
/// written in Swift; the Python side (`necro.redict`) is their one user.
#include "CPython.h"

extern PyObject *necro_call_cancel(PyObject *self, PyTypeObject *defining, PyObject *const *arguments,
                                   Py_ssize_t count, PyObject *names);
extern PyObject *necro_redict_add_callback(PyObject *self, PyTypeObject *defining, PyObject *const *arguments,
                                           Py_ssize_t count, PyObject *names);
extern PyObject *necro_redict_remove_callback(PyObject *self, PyTypeObject *defining, PyObject *const *arguments,
                                              Py_ssize_t count, PyObject *names);
extern PyObject *necro_redict_call(PyObject *self, PyObject *const *arguments, Py_ssize_t count, PyObject *names);
extern PyObject *necro_redict_call_raw(PyObject *self, PyObject *const *arguments, Py_ssize_t count, PyObject *names);
extern PyObject *necro_redict_call_at(PyObject *self, PyObject *const *arguments, Py_ssize_t count, PyObject *names);
extern PyObject *necro_redict_masters(PyObject *self, PyObject *argument);
extern PyObject *necro_redict_begin(PyObject *self, PyObject *argument);
extern PyObject *necro_redict_acquire(PyObject *self, PyObject *argument);
extern PyObject *necro_redict_attach(PyObject *self, PyObject *const *arguments, Py_ssize_t count);
extern PyObject *necro_redict_connection_failed(PyObject *self, PyObject *argument);
extern PyObject *necro_redict_subscribe(PyObject *self, PyObject *const *arguments, Py_ssize_t count);
extern PyObject *necro_redict_unsubscribe(PyObject *self, PyObject *argument);
extern PyObject *necro_redict_pause(PyObject *self, PyObject *argument);
extern PyObject *necro_redict_fileno(PyObject *self, PyObject *argument);
extern PyObject *necro_redict_turn(PyObject *self, PyObject *argument);
extern PyObject *necro_redict_flush(PyObject *self, PyObject *argument);
extern PyObject *necro_redict_close(PyObject *self, PyObject *argument);
extern PyObject *necro_redict_counts(PyObject *self, PyObject *argument);
extern PyObject *necro_redict_own_call(PyObject *self, PyObject *const *arguments, Py_ssize_t count, PyObject *names);
extern PyObject *necro_redict_own_call_raw(PyObject *self, PyObject *const *arguments, Py_ssize_t count,
                                           PyObject *names);
extern PyObject *necro_redict_own_release(PyObject *self, PyObject *argument);
extern PyObject *necro_redict_batch_append(PyObject *self, PyObject *const *arguments, Py_ssize_t count,
                                           PyObject *names);
extern PyObject *necro_redict_batch_submit(PyObject *self, PyObject *argument);
extern PyObject *necro_redict_batch_clear(PyObject *self, PyObject *argument);
extern PyObject *necro_redict_new(PyTypeObject *type, PyObject *arguments, PyObject *keywords);
extern PyObject *necro_redict_batch_new(PyTypeObject *type, PyObject *arguments, PyObject *keywords);
extern Py_ssize_t necro_redict_batch_length(PyObject *self);
extern void necro_redict_dealloc(PyObject *self);
extern void necro_redict_own_dealloc(PyObject *self);
extern void necro_redict_batch_dealloc(PyObject *self);

#define METHOD(name) (PyCFunction)(void (*)(void))name

static PyMethodDef pool_methods[] = {
    {"_call", METHOD(necro_redict_call), METH_FASTCALL | METH_KEYWORDS, NULL},
    {"_call_raw", METHOD(necro_redict_call_raw), METH_FASTCALL | METH_KEYWORDS, NULL},
    {"begin", METHOD(necro_redict_begin), METH_NOARGS, NULL},
    {"_call_at", METHOD(necro_redict_call_at), METH_FASTCALL | METH_KEYWORDS, NULL},
    {"_masters", METHOD(necro_redict_masters), METH_NOARGS, NULL},
    {"acquire", METHOD(necro_redict_acquire), METH_O, NULL},
    {"attach", METHOD(necro_redict_attach), METH_FASTCALL, NULL},
    {"connection_failed", METHOD(necro_redict_connection_failed), METH_O, NULL},
    {"begin_subscription", METHOD(necro_redict_subscribe), METH_FASTCALL, NULL},
    {"end_subscription", METHOD(necro_redict_unsubscribe), METH_O, NULL},
    {"pause_messages", METHOD(necro_redict_pause), METH_O, NULL},
    {"fileno", METHOD(necro_redict_fileno), METH_NOARGS, NULL},
    {"turn", METHOD(necro_redict_turn), METH_NOARGS, NULL},
    {"flush", METHOD(necro_redict_flush), METH_NOARGS, NULL},
    {"close", METHOD(necro_redict_close), METH_NOARGS, NULL},
    {"counts", METHOD(necro_redict_counts), METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL}};

static PyType_Slot pool_slots[] = {
    {Py_tp_new, (void *)necro_redict_new},
    {Py_tp_dealloc, (void *)necro_redict_dealloc},
    {Py_tp_methods, pool_methods},
    {0, NULL}};

static PyType_Spec pool_spec = {
    .name = "necro._necro.RedictPool",
    .basicsize = sizeof(NecroObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .slots = pool_slots,
};

static PyMethodDef connection_methods[] = {
    {"_call", METHOD(necro_redict_own_call), METH_FASTCALL | METH_KEYWORDS, NULL},
    {"_call_raw", METHOD(necro_redict_own_call_raw), METH_FASTCALL | METH_KEYWORDS, NULL},
    {"release", METHOD(necro_redict_own_release), METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL}};

static PyType_Slot connection_slots[] = {
    {Py_tp_dealloc, (void *)necro_redict_own_dealloc},
    {Py_tp_methods, connection_methods},
    {0, NULL}};

static PyType_Spec connection_spec = {
    .name = "necro._necro.RedictConnection",
    .basicsize = sizeof(NecroObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = connection_slots,
};

static PyMethodDef batch_methods[] = {
    {"append", METHOD(necro_redict_batch_append), METH_FASTCALL | METH_KEYWORDS, NULL},
    {"submit", METHOD(necro_redict_batch_submit), METH_O, NULL},
    {"clear", METHOD(necro_redict_batch_clear), METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL}};

static PyType_Slot batch_slots[] = {
    {Py_tp_new, (void *)necro_redict_batch_new},
    {Py_tp_dealloc, (void *)necro_redict_batch_dealloc},
    {Py_tp_methods, batch_methods},
    {Py_sq_length, (void *)necro_redict_batch_length},
    {0, NULL}};

static PyType_Spec batch_spec = {
    .name = "necro._necro.RedictBatch",
    .basicsize = sizeof(NecroObject),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = batch_slots,
};

static PyMethodDef call_methods[] = {
    {"cancel", METHOD(necro_call_cancel), METH_METHOD | METH_FASTCALL | METH_KEYWORDS,
     PyDoc_STR("cancel($self, msg=None)\n--\n\nCancels the future; the reply, if one comes, reaches nobody.")},
    {"add_done_callback", METHOD(necro_redict_add_callback), METH_METHOD | METH_FASTCALL | METH_KEYWORDS,
     PyDoc_STR("add_done_callback($self, fn, /, *, context=None)\n--\n\nAs of any future.")},
    {"remove_done_callback", METHOD(necro_redict_remove_callback), METH_METHOD | METH_FASTCALL | METH_KEYWORDS,
     PyDoc_STR("remove_done_callback($self, fn, /)\n--\n\nAs of any future.")},
    {NULL, NULL, 0, NULL}};

static PyType_Slot call_slots[] = {
    {Py_tp_doc, (void *)PyDoc_STR("A future whose result a Redict server gives.")},
    {Py_tp_methods, call_methods},
    {0, NULL}};

static PyType_Spec call_spec = {
    .name = "necro._necro.RedictCall",
    .basicsize = -(int)sizeof(void *),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = call_slots,
};

PyType_Spec *necro_redict_spec(void) { return &pool_spec; }
PyType_Spec *necro_redict_connection_spec(void) { return &connection_spec; }
PyType_Spec *necro_redict_batch_spec(void) { return &batch_spec; }
PyType_Spec *necro_redict_call_spec(void) { return &call_spec; }
