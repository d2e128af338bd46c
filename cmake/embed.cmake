# SPDX-License-Identifier: MIT
# cmake -DIN=x.bin -DOUT=x.c -DNAME=x -P embed.cmake: writes the bytes of a file as a C array.
file(READ "${IN}" hex HEX)
string(LENGTH "${hex}" digits)
math(EXPR size "${digits} / 2")
string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
file(WRITE "${OUT}" "/* Generated from ${NAME}.bin */
#include <stddef.h>
extern const unsigned char sft__embedded_${NAME}[];
extern const size_t sft__embedded_${NAME}_size;
const size_t sft__embedded_${NAME}_size = ${size};
const unsigned char sft__embedded_${NAME}[] = {
${bytes}
};
")
