/// The members of a dict one after another, as PyDict_Next gives them, and without a call.
#pragma once
#include "CPython.h"

// The layout of a dict's keys, which CPython has in its internal headers: the same in 3.13 and 3.14.
// Of another version it is not taken for granted, nor of a dict that shares its keys.

#if PY_VERSION_HEX < 0x030F0000
#define NECRO_KNOWS_DICT_KEYS 1
#else
#define NECRO_KNOWS_DICT_KEYS 0
#endif

typedef struct {
  Py_ssize_t references;
  uint8_t size_log2, index_octets_log2;
  /// 0 for keys of any type with their hashes, 1 for exact str.
  uint8_t kind;
  uint32_t version;
  Py_ssize_t usable, entry_count;
  /// A hash table of 2^index_octets_log2 octets, and behind it the entries.
  char indices[];
} DictKeys;

typedef struct {
  PyObject *dict;
  /// The next entry's key, behind which lies its value; NULL to go by PyDict_Next.
  PyObject **entry;
  Py_ssize_t place, count;
  /// The words of an entry.
  Py_ssize_t stride;
} Members;

/// Looks anew where a dict's members lie, after code that may have changed it.
static inline __attribute__((always_inline)) void renew_members(Members *members) {
#if NECRO_KNOWS_DICT_KEYS
  PyDictObject *dict = (PyDictObject *)members->dict;
  if (dict->ma_values == NULL) {
    DictKeys *keys = (DictKeys *)dict->ma_keys;
    bool has_hashes = keys->kind == 0;
    members->stride = has_hashes ? 3 : 2;
    members->count = keys->entry_count;
    members->entry =
        (PyObject **)(keys->indices + ((size_t)1 << keys->index_octets_log2)) + has_hashes +
        members->place * members->stride;
    return;
  }
#endif
  members->entry = NULL;
}

static inline __attribute__((always_inline)) Members members_of(PyObject *dict) {
  Members members = {.dict = dict};
  renew_members(&members);
  return members;
}

/// The next member, borrowed; false when there is none.
static inline __attribute__((always_inline)) bool next_member(
    Members *members, PyObject **name, PyObject **value) {
#if NECRO_KNOWS_DICT_KEYS
  if (__builtin_expect(members->entry != NULL, 1)) {
    while (members->place < members->count) {
      PyObject **entry = members->entry;
      members->entry += members->stride;
      members->place++;
      if (__builtin_expect(entry[1] == NULL, 0)) continue;
      *name = entry[0];
      *value = entry[1];
      return true;
    }
    return false;
  }
#endif
  // Of its own, so that the above can lie in registers.
  Py_ssize_t place = members->place;
  PyObject *next, *its;
  if (!PyDict_Next(members->dict, &place, &next, &its)) return false;
  members->place = place;
  *name = next;
  *value = its;
  return true;
}
