# SPDX-License-Identifier: MIT
# Installs what a verb of ./dev needs, on Debian and Ubuntu; elsewhere says what to install. Sourced by ./dev.

# package:what its presence is known by (a command, a header below /usr/include, or a path)
packages_build=(gcc:cc libc6-dev:stdio.h cmake:cmake ninja-build:ninja pkg-config:pkg-config
    libyaml-dev:yaml.h libjansson-dev:jansson.h zlib1g-dev:zlib.h libpng-dev:png.h libjpeg-dev:jpeglib.h libsqlite3-dev:sqlite3.h libcurl4-openssl-dev:curl/curl.h libcmark-dev:cmark.h libdnnl-dev:oneapi/dnnl/dnnl.h)
packages_test=(gcc:gcc clang:clang libcmocka-dev:cmocka.h python3:python3 openssl:openssl
    chromium:chromium chromium-driver:chromedriver python3-selenium:/usr/lib/python3/dist-packages/selenium/__init__.py)
packages_page=(npm:npm)
packages_figures=(gnuplot-nox:gnuplot)
packages_fuzz=(clang:clang "libclang-rt-dev:/usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.fuzzer-*.a")
packages_amalgamate=(python3:python3 cmake:cmake)
packages_peers=(python3:python3 "python3-venv:/usr/lib/python3*/ensurepip/__init__.py")

is_present() {
    case $1 in
    /*) compgen -G "$1" >/dev/null ;;
    *.h) [ -e "/usr/include/$1" ] || [ -e "/usr/include/$(gcc -print-multiarch 2>/dev/null)/$1" ] ;;
    *) command -v "$1" >/dev/null ;;
    esac
}

# need_packages SET...: names of the lists above without their prefix.
need_packages() {
    local missing=() set entry
    for set; do
        local -n entries="packages_$set"
        for entry in "${entries[@]}"; do
            is_present "${entry#*:}" || missing+=("${entry%%:*}")
        done
    done
    if [ ${#missing[@]} -gt 0 ]; then install_packages "${missing[@]}"; fi
    if [ "$1" = build ]; then check_cmake; fi
}

install_packages() {
    if ! command -v apt-get >/dev/null; then
        echo "dev: please install what Debian calls: $*" >&2
        return                          # the build may still find it elsewhere, or do without
    fi
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then as_root=(sudo); fi
    echo "dev: installing $*" >&2
    "${as_root[@]}" apt-get -q -o DPkg::Lock::Timeout=120 update >&2
    # oneDNN is not built for every architecture: our own kernels do without. Ubuntu has Chromium as a snap: its test is skipped.
    local available=() name
    for name; do
        case $name in libdnnl-dev | chromium | chromium-driver) ;; *) available+=("$name") && continue ;; esac
        if apt-cache show "$name" >/dev/null 2>&1; then available+=("$name"); fi
    done
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=120 \
        install --no-install-recommends "${available[@]}" >&2
}

check_cmake() {
    local version
    version=$(cmake --version | sed -n '1s/.*version //p')
    if [ "$(printf '%s\n' 3.25 "$version" | sort -V | head -n 1)" != 3.25 ]; then
        echo "dev: CMake $version is too old, 3.25 or later is needed; try: pip install cmake" >&2
        return 1
    fi
}
