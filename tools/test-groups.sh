# SPDX-License-Identifier: MIT
# The groups of ./dev test. Each is a function test_NAME; all of them run as tests of CTest, which sums up. Sourced by ./dev.

test_groups=(release clang no-onednn double asan tsan fuzz amalgamation install)

# run_tests: every group; run_tests NAME...: some.
run_tests() {
    need_packages build test figures
    fetch_uplot
    local group
    for group; do
        if ! declare -F "test_$group" >/dev/null; then
            echo "dev: no test group '$group'; there are: ${test_groups[*]}" >&2
            return 2
        fi
    done
    if [ $# -eq 1 ]; then
        "test_$1"
    else
        run_groups "${@:-${test_groups[@]}}"
    fi
}

# A CTest of groups: what a group prints passes by, and CTest's closing lines name the ones that failed.
run_groups() {
    local folder=build/test-groups group
    mkdir -p "$folder"
    for group; do
        echo "add_test($group \"$PWD/dev\" test $group)"
        echo "set_tests_properties($group PROPERTIES TIMEOUT 1500 RUN_SERIAL ON)"
    done >"$folder/CTestTestfile.cmake"
    ctest --test-dir "$folder" --verbose
}

# ctest_in PRESET [ctest arguments]
ctest_in() {
    local preset=$1
    shift
    ctest --test-dir "build/$preset" --output-on-failure --no-tests=error -j "$jobs" "$@"
}

test_release() { configure_and_build ci && ctest_in ci; }
test_clang() { configure_and_build clang; }
test_no-onednn() { configure_and_build no-onednn && ctest_in no-onednn -L core; }
test_double() { configure_and_build double && ctest_in double -L gradient; }
test_asan() { configure_and_build asan && ctest_in asan -LE 'slow|fuzz'; }
test_tsan() { configure_and_build tsan && ctest_in tsan -L threads; }
test_fuzz() { configure_and_build asan && ctest_in asan -L fuzz; }

# One file, no dependency, no warning, both compilers; the examples as its users.
test_amalgamation() {
    amalgamate || return
    local folder=build/amalgamation cc source
    for cc in gcc clang; do
        "$cc" -std=c11 -O2 -Wall -Wextra -Werror -c "$folder/surefoot.c" -o "$folder/surefoot-$cc.o" || return
        for source in tests/amalgamation/app.c examples/*.c; do
            "$cc" -std=c11 -O2 -I"$folder" "$source" "$folder/surefoot-$cc.o" -o "$folder/app" -lm || return
            "$folder/app" || return
        done
    done
}

# Installs the static and the shared library and builds the examples as a stranger would.
test_install() {
    local kind
    for kind in OFF ON; do
        local tree=build/install-test/shared-$kind
        local prefix=$PWD/$tree/prefix
        cmake -S . -B "$tree" -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=$kind -DSFT_BUILD_TESTS=OFF \
            -DSFT_BUILD_EXAMPLES=OFF -DSFT_BUILD_BENCH=OFF -DCMAKE_INSTALL_PREFIX="$prefix" >/dev/null
        cmake --build "$tree" -j "$jobs"
        rm -rf "$prefix"
        cmake --install "$tree" >/dev/null
        use_by_pkg_config "$prefix" "$tree"
        use_by_cmake "$prefix" "$tree"
    done
}

use_by_pkg_config() {
    local prefix=$1 tree=$2 pc source
    pc=$(dirname "$(find "$prefix" -name surefoot.pc)")
    for source in examples/*.c; do
        # shellcheck disable=SC2046  # the flags are words
        cc -std=c11 "$source" -o "$tree/by-pkg-config" \
            $(PKG_CONFIG_PATH=$pc pkg-config --cflags --libs surefoot) -lm -Wl,-rpath,"$pc/.."
        "$tree/by-pkg-config" >/dev/null
    done
    "$prefix/bin/surefoot" --help >/dev/null
}

use_by_cmake() {
    local prefix=$1 tree=$2
    cmake -S tests/package -B "$tree/by-cmake" -G Ninja -DCMAKE_PREFIX_PATH="$prefix" >/dev/null
    cmake --build "$tree/by-cmake" -j "$jobs"
    ctest --test-dir "$tree/by-cmake" --output-on-failure --no-tests=error
}
