# SPDX-License-Identifier: MIT
# Optional libraries. Each option is AUTO (use it if found), ON (must be found) or OFF.
# What is used is collected in sft_libraries (targets), sft_install_libraries (the flags that users of an installed static
# library need), sft_definitions and SFT_USE_<NAME>.
include(CMakePushCheckState)
include(CheckCSourceCompiles)

find_package(Threads REQUIRED)
find_package(PkgConfig QUIET)
set(sft_libraries)
set(sft_definitions)
set(sft_install_libraries -lm -lpthread)

foreach(name ONEDNN YAML JANSSON ZLIB PNG JPEG SQLITE CMARK CURL)
    set(SFT_WITH_${name} AUTO CACHE STRING "Use ${name}: AUTO, ON or OFF")
    set_property(CACHE SFT_WITH_${name} PROPERTY STRINGS AUTO ON OFF)
    set(SFT_USE_${name} OFF)
endforeach()

# Records the outcome of a search, or stops where the user insisted.
function(sft_use name found libraries install_libraries package)
    if(found)
        set(SFT_USE_${name} ON PARENT_SCOPE)
        set(sft_libraries ${sft_libraries} ${libraries} PARENT_SCOPE)
        set(sft_definitions ${sft_definitions} SFT_HAVE_${name}=1 PARENT_SCOPE)
        set(sft_install_libraries ${install_libraries} ${sft_install_libraries} PARENT_SCOPE)
    elseif(SFT_WITH_${name} STREQUAL "AUTO")
        message(STATUS "Surefoot: building without ${name} (${package} was not found)")
    else()
        message(FATAL_ERROR "SFT_WITH_${name}=${SFT_WITH_${name}}, but ${package} was not found; "
                            "install it or give -DSFT_WITH_${name}=OFF")
    endif()
endfunction()

# oneDNN is looked for by header and library: its own CMake package drags in OpenCL, which is not used here.
if(SFT_WITH_ONEDNN)
    find_path(DNNL_INCLUDE_DIR oneapi/dnnl/dnnl.h)
    find_library(DNNL_LIBRARY dnnl)
    mark_as_advanced(DNNL_INCLUDE_DIR DNNL_LIBRARY)
    if(DNNL_INCLUDE_DIR AND DNNL_LIBRARY AND NOT SFT_REAL_DOUBLE)
        add_library(sft_dnnl INTERFACE IMPORTED)
        target_include_directories(sft_dnnl INTERFACE "${DNNL_INCLUDE_DIR}")
        target_link_libraries(sft_dnnl INTERFACE "${DNNL_LIBRARY}")
        set(dnnl_flags -ldnnl)
        # An OpenMP build of oneDNN runs one thread per call here, as Surefoot has its own team; the thread count is
        # set through the OpenMP runtime that oneDNN was linked to. Our own sources use no OpenMP.
        foreach(runtime gomp omp iomp5)
            cmake_push_check_state(RESET)
            set(CMAKE_REQUIRED_LIBRARIES sft_dnnl ${runtime})
            check_c_source_compiles("#include <oneapi/dnnl/dnnl.h>
                #if DNNL_CPU_THREADING_RUNTIME != DNNL_RUNTIME_OMP
                #error not an OpenMP build
                #endif
                void omp_set_num_threads(int);
                int main(void) { omp_set_num_threads(1); return dnnl_version()->major == 0; }"
                SFT_DNNL_WITH_${runtime})
            cmake_pop_check_state()
            if(SFT_DNNL_WITH_${runtime})
                target_link_libraries(sft_dnnl INTERFACE ${runtime})
                list(APPEND dnnl_flags -l${runtime})
                list(APPEND sft_definitions SFT_HAVE_OMP=1)
                break()
            endif()
        endforeach()
        sft_use(ONEDNN TRUE sft_dnnl "${dnnl_flags}" oneDNN)
    elseif(SFT_REAL_DOUBLE AND SFT_WITH_ONEDNN STREQUAL "AUTO")
        message(STATUS "Surefoot: building without ONEDNN (real is double)")
    else()
        sft_use(ONEDNN FALSE "" "" "oneDNN (libdnnl-dev), for real = float,")
    endif()
endif()

# Libraries that bring a pkg-config file: option name, module, package in words.
function(sft_find_module name module link package)
    if(SFT_WITH_${name} AND PkgConfig_FOUND)
        pkg_check_modules(SFT_${name} QUIET IMPORTED_TARGET ${module})
    endif()
    if(SFT_WITH_${name})
        sft_use(${name} "${SFT_${name}_FOUND}" PkgConfig::SFT_${name} "${link}" "${package}")
    endif()
    foreach(out SFT_USE_${name} sft_libraries sft_definitions sft_install_libraries)
        set(${out} "${${out}}" PARENT_SCOPE)
    endforeach()
endfunction()

sft_find_module(YAML yaml-0.1 -lyaml "libyaml (libyaml-dev)")
sft_find_module(JANSSON jansson -ljansson "jansson (libjansson-dev)")
sft_find_module(ZLIB zlib -lz "zlib (zlib1g-dev)")
sft_find_module(PNG libpng -lpng "libpng (libpng-dev)")
sft_find_module(JPEG libjpeg -ljpeg "libjpeg-turbo (libjpeg-dev)")
sft_find_module(SQLITE sqlite3 -lsqlite3 "SQLite (libsqlite3-dev)")
sft_find_module(CMARK libcmark -lcmark "cmark (libcmark-dev)")

# Only the program fetches data sets; the library does not use the network and does not link it.
if(SFT_WITH_CURL AND PkgConfig_FOUND)
    pkg_check_modules(SFT_CURL QUIET IMPORTED_TARGET libcurl)
endif()
if(SFT_CURL_FOUND)
    set(SFT_USE_CURL ON)
elseif(SFT_WITH_CURL STREQUAL "AUTO")
    message(STATUS "Surefoot: building without CURL (libcurl (libcurl4-openssl-dev) was not found)")
elseif(SFT_WITH_CURL)
    message(FATAL_ERROR "SFT_WITH_CURL=${SFT_WITH_CURL}, but libcurl (libcurl4-openssl-dev) was not found; "
                        "install it or give -DSFT_WITH_CURL=OFF")
endif()
