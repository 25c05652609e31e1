// The tables of the kernels that look octets up in registers.

// What is wrong with two octets in a row, a bit for each fault: by the first one's high and low four
// bits and the second one's high ones. A fault stands where all three have its bit.
#define UTF8_TOO_SHORT 0x01
#define UTF8_TOO_LONG 0x02
#define UTF8_OVERLONG_3 0x04
#define UTF8_TOO_LARGE 0x08
#define UTF8_SURROGATE 0x10
#define UTF8_OVERLONG_2 0x20
#define UTF8_OVERLONG_4 0x40
#define UTF8_TWO_CONTINUATIONS 0x80
#define UTF8_ANY_LOW (UTF8_TOO_SHORT | UTF8_TOO_LONG | UTF8_TWO_CONTINUATIONS)
#define UTF8_ABOVE (UTF8_ANY_LOW | UTF8_TOO_LARGE | UTF8_OVERLONG_4)
#define UTF8_BEHIND (UTF8_TOO_LONG | UTF8_OVERLONG_2 | UTF8_TWO_CONTINUATIONS)

static const uint8_t utf8_first_high[16] = {
  UTF8_TOO_LONG, UTF8_TOO_LONG, UTF8_TOO_LONG, UTF8_TOO_LONG, UTF8_TOO_LONG,
      UTF8_TOO_LONG, UTF8_TOO_LONG, UTF8_TOO_LONG, UTF8_TWO_CONTINUATIONS,
      UTF8_TWO_CONTINUATIONS, UTF8_TWO_CONTINUATIONS, UTF8_TWO_CONTINUATIONS,
      UTF8_TOO_SHORT | UTF8_OVERLONG_2, UTF8_TOO_SHORT,
      UTF8_TOO_SHORT | UTF8_OVERLONG_3 | UTF8_SURROGATE,
      UTF8_TOO_SHORT | UTF8_TOO_LARGE | UTF8_OVERLONG_4};

static const uint8_t utf8_first_low[16] = {
  UTF8_ANY_LOW | UTF8_OVERLONG_3 | UTF8_OVERLONG_2 | UTF8_OVERLONG_4,
      UTF8_ANY_LOW | UTF8_OVERLONG_2, UTF8_ANY_LOW, UTF8_ANY_LOW,
      UTF8_ANY_LOW | UTF8_TOO_LARGE, UTF8_ABOVE, UTF8_ABOVE, UTF8_ABOVE, UTF8_ABOVE,
      UTF8_ABOVE, UTF8_ABOVE, UTF8_ABOVE, UTF8_ABOVE, UTF8_ABOVE | UTF8_SURROGATE,
      UTF8_ABOVE, UTF8_ABOVE};

static const uint8_t utf8_second_high[16] = {
  UTF8_TOO_SHORT, UTF8_TOO_SHORT, UTF8_TOO_SHORT, UTF8_TOO_SHORT, UTF8_TOO_SHORT,
      UTF8_TOO_SHORT, UTF8_TOO_SHORT, UTF8_TOO_SHORT,
      UTF8_BEHIND | UTF8_OVERLONG_3 | UTF8_OVERLONG_4,
      UTF8_BEHIND | UTF8_OVERLONG_3 | UTF8_TOO_LARGE,
      UTF8_BEHIND | UTF8_SURROGATE | UTF8_TOO_LARGE,
      UTF8_BEHIND | UTF8_SURROGATE | UTF8_TOO_LARGE, UTF8_TOO_SHORT, UTF8_TOO_SHORT,
      UTF8_TOO_SHORT, UTF8_TOO_SHORT};

// An octet below is a space where the four low bits say so, and the same with 0x20 set is an operator;
// elsewhere the tables hold what has other low bits. 0x0C and 0x1A pass for a comma and a colon: who
// looks at the octet itself finds that out.
static const uint8_t spaces_by_low[16] = {
  ' ', 0, 0, 0, 0, 0, 0, 0, 0, '\t', '\n', 0, 0, '\r', 0, 0};
static const uint8_t operators_by_low[16] = {
  1, 0, 0, 0, 0, 0, 0, 0, 0, 0, ':', '{', ',', '}', 0, 0};
