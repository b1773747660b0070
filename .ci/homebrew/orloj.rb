# Homebrew's formula. `sh .ci/homebrew/make URL FILE` fills in where the source is; see there.
class Orloj < Formula
  desc "Run AI agents that are declared as YAML, with every step on disk"
  homepage "@HOMEPAGE@"
  url "@URL@"
  sha256 "@SHA256@"
  license "Apache-2.0"

  depends_on "cli11" => :build
  depends_on "meson" => :build
  depends_on "ninja" => :build
  depends_on "pkgconf" => :build
  depends_on "fmt"
  depends_on "libsodium"
  depends_on "re2"
  depends_on "simdjson"
  depends_on "yaml-cpp"

  uses_from_macos "curl", since: :ventura # 7.85
  uses_from_macos "sqlite", since: :ventura # 3.37

  def install
    # A newer compiler may warn of more than ours does.
    system "meson", "setup", "build", "-Dtests=false", "-Dwerror=false", "-Dcurl=link", *std_meson_args
    system "meson", "compile", "-C", "build", "--verbose"
    system "meson", "install", "-C", "build"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/orloj version")
    # Scripted answers: no network, no key.
    system bin/"orlojctl", "apply", "-f", doc/"examples/pipeline", "--run"
    assert_match "task/", shell_output("#{bin}/orloj get tasks -o name")
  end
end
