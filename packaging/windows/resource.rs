//! The icon, the version and the manifest inside `aigc-studio.exe`. Part of build.rs on Windows.

use std::env::var;

use winresource::WindowsResource;

/// The desktop scales nothing, paths may be long, and a start from the desktop opens no console (Windows 11 24H2 and
/// later; `src/app/console.rs` has the earlier ones).
const MANIFEST: &str = r#"
<assembly xmlns="urn:schemas-microsoft-com:asm.v1" manifestVersion="1.0">
  <trustInfo xmlns="urn:schemas-microsoft-com:asm.v3">
    <security>
      <requestedPrivileges>
        <requestedExecutionLevel level="asInvoker" uiAccess="false"/>
      </requestedPrivileges>
    </security>
  </trustInfo>
  <dependency>
    <dependentAssembly>
      <assemblyIdentity type="win32" name="Microsoft.Windows.Common-Controls" version="6.0.0.0"
        processorArchitecture="*" publicKeyToken="6595b64144ccf1df" language="*"/>
    </dependentAssembly>
  </dependency>
  <compatibility xmlns="urn:schemas-microsoft-com:compatibility.v1">
    <application>
      <supportedOS Id="{8e0f7a12-bfb3-4fe8-b9a5-48fd50a15a9a}"/>
    </application>
  </compatibility>
  <application xmlns="urn:schemas-microsoft-com:asm.v3">
    <windowsSettings>
      <dpiAwareness xmlns="http://schemas.microsoft.com/SMI/2016/WindowsSettings">PerMonitorV2</dpiAwareness>
      <longPathAware xmlns="http://schemas.microsoft.com/SMI/2016/WindowsSettings">true</longPathAware>
      <consoleAllocationPolicy xmlns="http://schemas.microsoft.com/SMI/2024/WindowsSettings">detached</consoleAllocationPolicy>
    </windowsSettings>
  </application>
</assembly>
"#;

/// Compiles the resources into the program. Without a resource compiler the program is built without them.
#[allow(clippy::print_stdout, reason = "cargo reads what a build script prints")]
pub fn embed() {
    if var("CARGO_CFG_TARGET_OS").as_deref() != Ok("windows") {
        return;
    }
    println!("cargo::rerun-if-changed=packaging/windows");
    let mut resource = WindowsResource::new();
    resource
        .set("ProductName", "AIGC Studio")
        // The name that Windows shows for the program.
        .set("FileDescription", "AIGC Studio")
        .set("OriginalFilename", "aigc-studio.exe")
        .set("LegalCopyright", "MIT or Apache-2.0")
        .set_language(0x0409)
        .set_icon("packaging/windows/icon.ico")
        .set_manifest(MANIFEST);
    if let Err(error) = resource.compile() {
        println!("cargo::warning=no icon and no version in the program: {error}");
    }
}
