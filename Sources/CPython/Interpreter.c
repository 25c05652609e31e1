#include "CPython.h"

void necro_release(PyObject *o) { Py_XDECREF(o); }

const char *necro_new_interpreter(void) {
  const PyInterpreterConfig config = {
      .use_main_obmalloc = 0,
      .allow_fork = 0,
      .allow_exec = 0,
      .allow_threads = 1,
      // logging's QueueListener starts one.
      .allow_daemon_threads = 1,
      .check_multi_interp_extensions = 1,
      .gil = PyInterpreterConfig_OWN_GIL,
  };
  PyThreadState *state = NULL;
  PyStatus status = Py_NewInterpreterFromConfig(&state, &config);
  if (PyStatus_Exception(status)) return status.err_msg ? status.err_msg : "no reason given";
  return NULL;
}

bool necro_is_cancellation(void) {
  PyObject *error = PyErr_Occurred();
  if (error == NULL) return false;
  // Looked up by name: the exception belongs to the interpreter, and this is no hot path.
  PyObject *raised = PyErr_GetRaisedException();
  PyObject *module = PyImport_ImportModule("asyncio.exceptions");
  PyObject *type = module ? PyObject_GetAttrString(module, "CancelledError") : NULL;
  bool is = type != NULL && PyErr_GivenExceptionMatches(raised, type);
  PyErr_Clear();
  Py_XDECREF(module);
  Py_XDECREF(type);
  PyErr_SetRaisedException(raised);
  return is;
}
