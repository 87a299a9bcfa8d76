package main

import (
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version is set by a release build: -ldflags "-X main.version=v1.2.3".
var version = ""

type versionInfo struct {
	Version string `json:"version"`
	Commit  string `json:"commit,omitempty"`
	Go      string `json:"go"`
	System  string `json:"system"`
}

func thisVersion() versionInfo {
	v := versionInfo{Version: version, Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH}
	if info, ok := debug.ReadBuildInfo(); ok {
		if v.Version == "" {
			v.Version = info.Main.Version
		}
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				v.Commit = s.Value
			}
		}
	}
	if v.Version == "" || v.Version == "(devel)" {
		v.Version = "development"
	}
	return v
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Tell which release this is", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			v := thisVersion()
			if a.format == asJSON || a.format == asJSONL {
				return a.object(v)
			}
			return listing[versionInfo]{
				columns: []column{{key: "version", title: "version"}, {key: "commit", title: "commit"}, {key: "go", title: "go"}, {key: "system", title: "system"}},
				cells:   func(v versionInfo) []string { return []string{v.Version, v.Commit, v.Go, v.System} },
				rows:    only(v),
			}.show(a)
		},
	}
}
