/// CPython's C interface to datetime. Its header keeps the interface in a static variable, which all
/// interpreters would share; here it is an argument, which each interpreter keeps for itself.
#pragma once
#include "CPython.h"
#define _PY_DATETIME_IMPL
#include <datetime.h>

typedef PyDateTime_CAPI NecroDatetime;

/// The interface of this interpreter; NULL with an error.
static inline NecroDatetime *necro_datetime(void) {
  return (NecroDatetime *)PyCapsule_Import(PyDateTime_CAPSULE_NAME, 0);
}

static inline PyObject *necro_date_new(NecroDatetime *api, int year, int month, int day) {
  return api->Date_FromDate(year, month, day, api->DateType);
}

/// - utc: whether the time is one of UTC; else it has no zone.
static inline PyObject *necro_datetime_new(NecroDatetime *api, int year, int month, int day, int hour,
                                           int minute, int second, int microsecond, bool utc) {
  return api->DateTime_FromDateAndTime(year, month, day, hour, minute, second, microsecond,
                                       utc ? api->TimeZone_UTC : Py_None, api->DateTimeType);
}

/// - zone: a tzinfo or None; borrowed.
static inline PyObject *necro_time_new(NecroDatetime *api, int hour, int minute, int second,
                                       int microsecond, PyObject *zone) {
  return api->Time_FromTime(hour, minute, second, microsecond, zone, api->TimeType);
}

static inline PyObject *necro_timedelta_new(NecroDatetime *api, int days, int seconds, int microseconds) {
  return api->Delta_FromDelta(days, seconds, microseconds, 1, api->DeltaType);
}

/// A timezone of a fixed offset from UTC, in seconds to the east.
static inline PyObject *necro_timezone_new(NecroDatetime *api, int seconds) {
  PyObject *offset = necro_timedelta_new(api, 0, seconds, 0);
  if (offset == NULL) return NULL;
  PyObject *zone = api->TimeZone_FromTimeZone(offset, NULL);
  Py_DECREF(offset);
  return zone;
}

/// A date, a time, a datetime or a timedelta in numbers.
typedef struct {
  int year, month, day, hour, minute, second, microsecond;
  /// Of a time or datetime; NULL for the others and where it is None. Borrowed.
  PyObject *zone;
} NecroCivil;

static inline bool necro_is_date(NecroDatetime *api, PyObject *o) {
  return PyObject_TypeCheck(o, api->DateType) && !PyObject_TypeCheck(o, api->DateTimeType);
}
static inline bool necro_is_datetime(NecroDatetime *api, PyObject *o) {
  return PyObject_TypeCheck(o, api->DateTimeType);
}
static inline bool necro_is_time(NecroDatetime *api, PyObject *o) {
  return PyObject_TypeCheck(o, api->TimeType);
}
static inline bool necro_is_timedelta(NecroDatetime *api, PyObject *o) {
  return PyObject_TypeCheck(o, api->DeltaType);
}

static inline NecroCivil necro_civil_date(PyObject *o) {
  NecroCivil civil = {PyDateTime_GET_YEAR(o), PyDateTime_GET_MONTH(o), PyDateTime_GET_DAY(o), 0, 0, 0, 0, NULL};
  return civil;
}
static inline NecroCivil necro_civil_datetime(PyObject *o) {
  PyObject *zone = PyDateTime_DATE_GET_TZINFO(o);
  NecroCivil civil = {PyDateTime_GET_YEAR(o),         PyDateTime_GET_MONTH(o),
                      PyDateTime_GET_DAY(o),          PyDateTime_DATE_GET_HOUR(o),
                      PyDateTime_DATE_GET_MINUTE(o),  PyDateTime_DATE_GET_SECOND(o),
                      PyDateTime_DATE_GET_MICROSECOND(o), zone == Py_None ? NULL : zone};
  return civil;
}
static inline NecroCivil necro_civil_time(PyObject *o) {
  PyObject *zone = PyDateTime_TIME_GET_TZINFO(o);
  NecroCivil civil = {0, 0, 0, PyDateTime_TIME_GET_HOUR(o), PyDateTime_TIME_GET_MINUTE(o),
                      PyDateTime_TIME_GET_SECOND(o), PyDateTime_TIME_GET_MICROSECOND(o),
                      zone == Py_None ? NULL : zone};
  return civil;
}
static inline void necro_timedelta_parts(PyObject *o, int *days, int *seconds, int *microseconds) {
  *days = PyDateTime_DELTA_GET_DAYS(o);
  *seconds = PyDateTime_DELTA_GET_SECONDS(o);
  *microseconds = PyDateTime_DELTA_GET_MICROSECONDS(o);
}
