package explain

import (
	"slices"
	"strings"

	"golang.org/x/text/language"
)

// Lang is a language that there are texts in, by its BCP 47 tag.
type Lang string

// The languages. The first is what everybody gets who wants none of them.
const (
	English     Lang = "en"
	Simplified  Lang = "zh-Hans" // as written in mainland China and Singapore
	Traditional Lang = "zh-Hant" // as written in Taiwan, Hong Kong and Macau
)

var langs = []Lang{English, Simplified, Traditional}

// Langs lists the languages.
func Langs() []Lang { return slices.Clone(langs) }

var matcher = language.NewMatcher([]language.Tag{
	language.English, language.SimplifiedChinese, language.TraditionalChinese,
})

// Match finds the best language for what somebody prefers, the best first: BCP 47
// tags ("zh-TW"), an Accept-Language header, or names of POSIX locales
// ("zh_CN.UTF-8", "C"). Chinese without a script is Simplified, but Traditional in
// Taiwan, Hong Kong and Macau. What fits nothing is English.
func Match(preferred ...string) Lang {
	lang, _ := match(preferred)
	return lang
}

// Parse reads a language that somebody asks for by name, as with --lang; ok is
// false if there are no texts in it.
func Parse(tag string) (lang Lang, ok bool) { return match([]string{tag}) }

func match(preferred []string) (Lang, bool) {
	var tags []language.Tag
	for _, p := range preferred {
		found, _, err := language.ParseAcceptLanguage(withoutCodeset(p))
		if err == nil {
			tags = append(tags, found...)
		}
	}
	if len(tags) == 0 {
		return English, false
	}
	_, i, confidence := matcher.Match(tags...)
	return langs[i], confidence > language.No
}

// withoutCodeset takes what POSIX adds off a locale: "zh_CN.UTF-8", "de_DE@euro".
// The locales C and POSIX name no language.
func withoutCodeset(locale string) string {
	name, _, _ := strings.Cut(locale, ".")
	name, _, _ = strings.Cut(name, "@")
	if name == "C" || name == "POSIX" || strings.ContainsAny(locale, ",;") {
		name = locale // an Accept-Language header, whose weights have points, or nothing to read
	}
	return strings.ReplaceAll(name, "_", "-")
}

// catalog is all texts of one language.
type catalog struct {
	titles   map[string]string  // by rule
	refusals map[string]refusal // by rule, or rule/variant
	steps    map[string]string  // by event type, or type.variant
	labels   map[Kind]map[string]string
	columns  map[string]string // by key, or listing.key
	phrases  map[string]string // parts of sentences
	capital  bool              // a heading starts with a capital letter
	spaced   bool              // words in the Latin script are set off by spaces
}

// refusal is one failing rule in words.
type refusal struct {
	what string // with its figures
	why  string // the cause
	try  string // the remedy
}

// catalogs has no entry for a Lang that is none of the constants: texts then is
// English, since something has to be said.
var catalogs = map[Lang]*catalog{English: english, Simplified: simplified, Traditional: traditional}

func texts(l Lang) *catalog {
	if c, ok := catalogs[l]; ok {
		return c
	}
	return english
}
