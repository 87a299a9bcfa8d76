package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"amends": clockedMain})
}

// The stories in testdata run the program as people do: a process of its own, with
// its own files, and nothing in its surroundings that tells it otherwise.
func TestStories(t *testing.T) {
	repository, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata", RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("PLANS", filepath.Join(repository, "testdata", "plans"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":     cmdExits,
			"expected":  cmdExpected,
			"edit":      cmdEdit,
			"untouched": cmdUntouched,
		},
		UpdateScripts: os.Getenv("AMENDS_UPDATE") != "",
	})
}
