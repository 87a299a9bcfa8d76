package main

import (
	"cmp"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/amends-ledger/amends/explain"
)

// setting is something that a flag, or else the surroundings, can say for every
// verb. There is no configuration file: what is said is in sight.
type setting struct {
	Name    string `json:"name"`
	Flag    string `json:"flag"`
	Env     string `json:"env"`
	Default string `json:"default"`
	Meaning string `json:"meaning"`
}

// settings lists them all.
var settings = []setting{
	{"home", "--home", "AMENDS_HOME", "", "the ledger's data folder; demo alone does not ask the surroundings"},
	{"merchant", "--merchant", "AMENDS_MERCHANT", "", "the merchant that verbs are about; for listings none is all, elsewhere none is the only one there is"},
	{"lang", "--lang", "AMENDS_LANG", "", "en, zh-Hans or zh-Hant; else by LC_ALL, LC_MESSAGES or LANG"},
	{"output", "--output", "AMENDS_OUTPUT", asTable, "table, json, jsonl or csv"},
	{"color", "--color", "AMENDS_COLOR", "auto", "auto, always or never; NO_COLOR is heeded"},
	{"timeout", "--timeout", "AMENDS_TIMEOUT", "0s", "give up after this time; 0s is never, but a verb waits 30s at most for what it started"},
}

// envPrefix begins every name in the surroundings that is ours.
const envPrefix = "AMENDS_"

// fromEnvironment takes from the surroundings what no flag says, and settles the
// language. The home folder is asked for where it is needed.
func (a *app) fromEnvironment(cmd *cobra.Command) error {
	flags := cmd.Flags()
	flags.Visit(func(f *pflag.Flag) { a.flagsGiven = append(a.flagsGiven, f.Name) })
	for _, s := range settings {
		value := a.env(s.Env)
		if value == "" || s.Name == "home" || flags.Changed(s.Name) {
			continue
		}
		if err := flags.Set(s.Name, value); err != nil {
			return usage("%s=%s: %v", s.Env, value, err)
		}
	}
	return a.chooseLanguage()
}

func (a *app) chooseLanguage() error {
	if a.language == "" {
		a.language = string(explain.Match(cmp.Or(a.env("LC_ALL"), a.env("LC_MESSAGES"), a.env("LANG"))))
	} else {
		lang, ok := explain.Parse(a.language)
		if !ok {
			return usage("--lang %s: this release speaks %s", a.language, spoken())
		}
		a.language = string(lang)
	}
	a.words = languages[a.language]
	return nil
}

func spoken() string {
	var all []string
	for _, l := range explain.Langs() {
		all = append(all, string(l))
	}
	return strings.Join(all, ", ")
}

// valueOf is a setting's value in this invocation and where it comes from.
func (a *app) valueOf(cmd *cobra.Command, s setting, given []string) (value, source string) {
	if s.Name == "home" {
		folder, err := a.homeFolder()
		switch {
		case err != nil:
			return "", "default"
		case a.home != "":
			return folder, "flag"
		case a.env(s.Env) != "":
			return folder, s.Env
		}
		return folder, "default"
	}
	value = cmd.Flags().Lookup(s.Name).Value.String()
	switch {
	case slices.Contains(given, s.Name):
		return value, "flag"
	case a.env(s.Env) != "":
		return value, s.Env
	case s.Name == "lang":
		for _, locale := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
			if a.env(locale) != "" {
				return a.language, locale
			}
		}
		return a.language, "default"
	}
	return value, "default"
}

// unknownSettings are names in the surroundings that begin like ours and are none.
func unknownSettings(environ []string) (names []string) {
	for _, line := range environ {
		name, _, _ := strings.Cut(line, "=")
		if strings.HasPrefix(name, envPrefix) && !slices.ContainsFunc(settings, func(s setting) bool { return s.Env == name }) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// inForce is a setting with its value.
type inForce struct {
	setting
	Value  string `json:"value"`
	Source string `json:"source,omitempty"`
}

func (a *app) configCommand() *cobra.Command {
	var source, check, reference bool
	show := &cobra.Command{
		Use: "show", Short: "List settings and their values", Args: cobra.NoArgs,
		Long: "List settings and their values. A flag counts before the surroundings, and these before the\n" +
			"default. There is no configuration file.",
	}
	f := show.Flags()
	f.BoolVar(&source, "source", false, "tell where each value comes from")
	f.BoolVar(&check, "check", false, "exit with 2 if the surroundings have an "+envPrefix+" name that is none of ours")
	f.BoolVar(&reference, "reference", false, "tell what each setting is for")
	show.RunE = func(cmd *cobra.Command, _ []string) error {
		if unknown := unknownSettings(os.Environ()); check && len(unknown) > 0 {
			return usage("the surroundings name no setting with %s", strings.Join(unknown, ", "))
		}
		var all []inForce
		for _, s := range settings {
			one := inForce{setting: s}
			value, from := a.valueOf(cmd, s, a.flagsGiven)
			if one.Value = value; source {
				one.Source = from
			}
			all = append(all, one)
		}
		return listing[inForce]{
			columns: []column{
				{key: "name", title: "setting"}, {key: "value", title: "value"}, {key: "source", title: "from", wide: !source},
				{key: "flag", title: "flag", wide: !reference}, {key: "env", title: "in the surroundings", wide: !reference},
				{key: "default", title: "default", wide: !reference}, {key: "meaning", title: "what it is for", wide: !reference},
			},
			cells: func(s inForce) []string {
				return []string{s.Name, s.Value, s.Source, s.Flag, s.Env, s.Default, s.Meaning}
			},
			rows: each(all),
		}.show(a)
	}
	return group("config", "Settings", "run", show)
}
