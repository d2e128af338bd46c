# SPDX-License-Identifier: MIT
# Language, warnings, numerics, hardening and sanitizers: one interface target `sft-flags` that all our targets link to.
include(CheckPIESupported)

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
check_pie_supported()

add_library(sft-flags INTERFACE)

# POSIX for fsync, openat, sigaction, threads; _DEFAULT_SOURCE for flock and madvise.
target_compile_definitions(sft-flags INTERFACE _POSIX_C_SOURCE=200809L _DEFAULT_SOURCE)

target_compile_options(sft-flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion)
if(SFT_WERROR)
    target_compile_options(sft-flags INTERFACE -Werror)
endif()

# Numerics. The same source gives the same bits, and isnan() means something:
#   -fno-fast-math      no reassociation, no "there are no NaNs"; stated so that nobody's CFLAGS switch it on unseen;
#   -ffp-contract=off   a*b+c rounds twice on every machine, with FMA or without.
# Two relaxations change no value, only side effects that nothing here reads, and loops vectorise with them:
#   -fno-math-errno     sqrt() need not set errno, so it is one instruction;
#   -fno-trapping-math  floating point exceptions are never unmasked, so `x > 0 ? x : 0` may become a select.
target_compile_options(sft-flags INTERFACE
    -fno-fast-math -ffp-contract=off -fno-math-errno -fno-trapping-math)

if(SFT_SANITIZE)
    set(sanitize "${SFT_SANITIZE}")
    if(SFT_LIBFUZZER)
        string(APPEND sanitize ",fuzzer-no-link")
    endif()
    target_compile_options(sft-flags INTERFACE
        -fsanitize=${sanitize} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(sft-flags INTERFACE -fsanitize=${sanitize})
else()
    target_compile_options(sft-flags INTERFACE -fstack-protector-strong)
    # Fortified libc calls need an optimising build; -U first, for distributions that predefine it.
    target_compile_options(sft-flags INTERFACE
        $<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE> $<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=2>)
endif()
if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
    target_link_options(sft-flags INTERFACE -Wl,-z,relro -Wl,-z,now -Wl,--as-needed)
endif()
