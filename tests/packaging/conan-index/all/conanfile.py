import os

from conan import ConanFile
from conan.errors import ConanInvalidConfiguration
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, get, rmdir

required_conan_version = ">=2.1"


class PresenceConan(ConanFile):
    name = "presence"
    description = "Who is in a room, on how many devices and since when: header-only presence for C++20"
    license = "BSL-1.0"
    url = "https://github.com/conan-io/conan-center-index"
    homepage = "https://example.invalid/presence"
    topics = ("realtime", "chat", "online-status", "header-only")
    package_type = "header-library"
    settings = "os", "arch", "compiler", "build_type"
    options = {
        "with_json": [True, False],
    }
    default_options = {
        "with_json": True,
    }
    no_copy_source = True

    def layout(self):
        cmake_layout(self, src_folder="src")

    def requirements(self):
        self.requires("boost/1.81.0", transitive_headers=True)

    def package_id(self):
        self.info.clear()

    def validate(self):
        check_min_cppstd(self, 20)
        boost = self.dependencies["boost"].options
        if self.options.with_json and (boost.get_safe("header_only") or boost.get_safe("without_json")):
            raise ConanInvalidConfiguration(
                f"{self.ref} with_json=True requires boost/*:header_only=False and boost/*:without_json=False.")

    def build_requirements(self):
        self.tool_requires("cmake/[>=3.21 <4]")

    def source(self):
        get(self, **self.conan_data["sources"][self.version], strip_root=True)

    def generate(self):
        tc = CMakeToolchain(self)
        tc.cache_variables["PRESENCE_INSTALL"] = True
        tc.generate()
        deps = CMakeDeps(self)
        deps.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()

    def package(self):
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        cmake = CMake(self)
        cmake.install()
        rmdir(self, os.path.join(self.package_folder, "share"))

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "presence")
        # the root target's default name is the core's, which would then link every component
        self.cpp_info.set_property("cmake_target_name", "presence::all")
        self.cpp_info.set_property("pkg_config_name", "presence-all")

        core = self.cpp_info.components["core"]
        core.set_property("cmake_target_name", "presence::presence")
        core.set_property("pkg_config_name", "presence")
        core.requires = ["boost::headers"]
        core.bindirs = []
        core.libdirs = []
        if self.settings.os in ["Linux", "FreeBSD"]:
            core.system_libs = ["pthread"]

        if self.options.with_json:
            json = self.cpp_info.components["json"]
            json.set_property("cmake_target_name", "presence::json")
            json.set_property("pkg_config_name", "presence-json")
            json.requires = ["core", "boost::json"]
            json.includedirs = []
            json.bindirs = []
            json.libdirs = []
