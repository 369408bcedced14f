import os
import re

from conan import ConanFile
from conan.errors import ConanInvalidConfiguration
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain
from conan.tools.files import copy, load, rmdir

required_conan_version = ">=2.1"


class PresenceConan(ConanFile):
    """For those who keep this repository in theirs. tests/packaging/conan-index has the recipe for a package index."""

    name = "presence"
    description = "Who is in a room, on how many devices and since when: header-only presence for C++20"
    license = "BSL-1.0"
    # The project has no public address yet; the name is one of those reserved to lead nowhere (RFC 2606).
    homepage = "https://example.invalid/presence"
    url = homepage
    topics = ("realtime", "chat", "online-status", "header-only")
    package_type = "header-library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"with_json": [True, False]}
    default_options = {"with_json": True}
    no_copy_source = True

    def set_version(self):
        header = load(self, os.path.join(self.recipe_folder, "..", "include", "presence", "version.hpp"))
        self.version = ".".join(re.findall(r"#define PRESENCE_VERSION_(?:MAJOR|MINOR|PATCH) +(\d+)", header))

    def export_sources(self):
        root = os.path.join(self.recipe_folder, "..")
        for pattern in ("CMakeLists.txt", "LICENSE", "include/*"):
            copy(self, pattern, src=root, dst=self.export_sources_folder)

    def layout(self):
        # the recipe lives in conan/, the sources one level up
        self.folders.root = ".."
        self.folders.source = "."
        self.folders.build = "build/conan"
        self.folders.generators = "build/conan/generators"

    def requirements(self):
        self.requires("boost/[>=1.81 <2]", transitive_headers=True)

    def package_id(self):
        self.info.clear()

    def validate(self):
        check_min_cppstd(self, 20)
        boost = self.dependencies["boost"].options
        if self.options.with_json and (boost.get_safe("header_only") or boost.get_safe("without_json")):
            raise ConanInvalidConfiguration(
                "presence::json needs the compiled Boost.JSON: set boost/*:header_only=False and "
                "boost/*:without_json=False, or leave it out with presence/*:with_json=False")

    def generate(self):
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables["PRESENCE_INSTALL"] = True
        toolchain.generate()
        CMakeDeps(self).generate()

    def build(self):
        # nothing to compile; configuring makes the install rules, so that the recipe picks no files by hand
        CMake(self).configure()

    def package(self):
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        CMake(self).install()
        rmdir(self, os.path.join(self.package_folder, "share"))  # Conan generates its own CMake and pkg-config files

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "presence")
        # Conan's name for all components together; by default it is that of the core, which would then link the others.
        self.cpp_info.set_property("cmake_target_name", "presence::all")
        self.cpp_info.set_property("pkg_config_name", "presence-all")

        core = self.cpp_info.components["core"]
        core.set_property("cmake_target_name", "presence::presence")
        core.set_property("pkg_config_name", "presence")
        core.requires = ["boost::headers"]
        core.bindirs = []
        core.libdirs = []
        if self.settings.os in ("Linux", "FreeBSD"):
            core.system_libs = ["pthread"]

        if self.options.with_json:
            json = self.cpp_info.components["json"]
            json.set_property("cmake_target_name", "presence::json")
            json.set_property("pkg_config_name", "presence-json")
            json.requires = ["core", "boost::json"]
            json.includedirs = []
            json.bindirs = []
            json.libdirs = []
