# SPDX-License-Identifier: MIT
# make install: library, header, program, recipes, labs, manual page, pkg-config and CMake package files.
include(CMakePackageConfigHelpers)
set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/surefoot")

install(TARGETS surefoot EXPORT surefootTargets)
install(FILES "${PROJECT_SOURCE_DIR}/include/surefoot.h" TYPE INCLUDE)
if(TARGET surefoot-cli)
    install(TARGETS surefoot-cli)
endif()
if(EXISTS "${PROJECT_SOURCE_DIR}/recipes")
    install(DIRECTORY "${PROJECT_SOURCE_DIR}/recipes/" DESTINATION "${CMAKE_INSTALL_DATADIR}/surefoot/recipes")
endif()
if(EXISTS "${PROJECT_SOURCE_DIR}/labs")
    install(DIRECTORY "${PROJECT_SOURCE_DIR}/labs/" DESTINATION "${CMAKE_INSTALL_DATADIR}/surefoot/labs")
endif()
if(EXISTS "${PROJECT_SOURCE_DIR}/docs/man/surefoot.1")
    install(FILES "${PROJECT_SOURCE_DIR}/docs/man/surefoot.1" DESTINATION "${CMAKE_INSTALL_MANDIR}/man1")
endif()

install(EXPORT surefootTargets NAMESPACE surefoot:: DESTINATION "${package_dir}")
configure_package_config_file(cmake/surefootConfig.cmake.in "${PROJECT_BINARY_DIR}/surefootConfig.cmake"
                              INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/surefootConfigVersion.cmake"
                                 COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/surefootConfig.cmake" "${PROJECT_BINARY_DIR}/surefootConfigVersion.cmake"
        DESTINATION "${package_dir}")

# A static library's users link its dependencies too; a shared one carries them itself.
set(pc_public)
list(JOIN sft_install_libraries " " pc_private)
if(NOT BUILD_SHARED_LIBS)
    set(pc_public "${pc_private}")
    set(pc_private)
endif()
set(pc_cflags)
if(SFT_REAL_DOUBLE)
    set(pc_cflags "-DSFT_REAL_DOUBLE=1")
endif()
# From the folder of the .pc file up to the prefix, however deep the library folder is, so that the tree may be moved.
file(RELATIVE_PATH pc_prefix "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
configure_file(cmake/surefoot.pc.in "${PROJECT_BINARY_DIR}/surefoot.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/surefoot.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
