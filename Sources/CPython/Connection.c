/// The table of `_necro.Connection`, the client's end of a connection in memory.
#include "CPython.h"

extern void necro_connection_dealloc(PyObject *self);
extern PyObject *necro_connection_feed(PyObject *self, PyObject *octets);
extern PyObject *necro_connection_finish(PyObject *self, PyObject *ignored);
extern PyObject *necro_connection_take(PyObject *self, PyObject *ignored);
extern PyObject *necro_connection_close(PyObject *self, PyObject *ignored);
extern PyObject *necro_connection_serves(PyObject *self, PyObject *request);
extern PyObject *necro_connection_ended(PyObject *self, void *closure);
extern PyObject *necro_connection_pending(PyObject *self, void *closure);

static PyMethodDef methods[] = {
    {"feed", necro_connection_feed, METH_O,
     PyDoc_STR("feed($self, octets, /)\n--\n\nGives the server octets, for its next turn.")},
    {"finish", necro_connection_finish, METH_NOARGS,
     PyDoc_STR("finish($self, /)\n--\n\nSays that no more are fed; the server still answers.")},
    {"take", necro_connection_take, METH_NOARGS,
     PyDoc_STR("take($self, /)\n--\n\nThe octets that the server has sent since the last call.")},
    {"close", necro_connection_close, METH_NOARGS,
     PyDoc_STR("close($self, /)\n--\n\nGoes away.")},
    {"serves", necro_connection_serves, METH_O,
     PyDoc_STR("serves($self, request, /)\n--\n\nWhether a request that is being answered came from here.")},
    {NULL, NULL, 0, NULL}};

static PyGetSetDef getters[] = {
    {"ended", necro_connection_ended, NULL, PyDoc_STR("Whether the server sends no more."), NULL},
    {"pending", necro_connection_pending, NULL,
     PyDoc_STR("How many octets that were fed the server has not received."), NULL},
    {NULL, NULL, NULL, NULL, NULL}};

static PyType_Slot slots[] = {{Py_tp_dealloc, (void *)necro_connection_dealloc},
                              {Py_tp_methods, methods},
                              {Py_tp_getset, getters},
                              {0, NULL}};

static PyType_Spec spec = {
    .name = "necro._necro.Connection",
    .basicsize = sizeof(NecroObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = slots,
};

PyType_Spec *necro_connection_spec(void) { return &spec; }
