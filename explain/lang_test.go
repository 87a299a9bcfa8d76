package explain

import "testing"

func TestMatch(t *testing.T) {
	for preferred, want := range map[string]Lang{
		"en": English, "en-GB": English, "zh-Hans": Simplified, "zh-Hant": Traditional,
		"zh": Simplified, "zh-CN": Simplified, "zh-SG": Simplified, "zh-TW": Traditional, "zh-HK": Traditional, "zh-MO": Traditional,
		"zh_CN.UTF-8": Simplified, "zh_TW.UTF-8": Traditional, "zh_TW.Big5": Traditional, "zh_CN.gb2312@pinyin": Simplified,
		"en_US.UTF-8": English, "C": English, "POSIX": English, "C.UTF-8": English, "": English, "!": English, "fr_FR.UTF-8": English,
		"fr;q=0.9, zh-TW;q=0.8, en;q=0.1": Traditional, "ZH-hant": Traditional,
	} {
		if got := Match(preferred); got != want {
			t.Errorf("Match(%q) = %s, want %s", preferred, got, want)
		}
	}
	if got := Match("fr", "zh_HK.UTF-8"); got != Traditional {
		t.Errorf("the second choice: %s", got)
	}
	if got := Match("", "en", "zh"); got != English {
		t.Errorf("the first choice: %s", got)
	}
}

func TestParse(t *testing.T) {
	for tag, want := range map[string]struct {
		lang Lang
		ok   bool
	}{
		"en": {English, true}, "zh-Hans": {Simplified, true}, "zh-Hant": {Traditional, true}, "zh-TW": {Traditional, true}, "zh": {Simplified, true},
		"fr": {English, false}, "": {English, false}, "klingon": {English, false}, "C": {English, false},
	} {
		if lang, ok := Parse(tag); lang != want.lang || ok != want.ok {
			t.Errorf("Parse(%q) = %s, %v, want %s, %v", tag, lang, ok, want.lang, want.ok)
		}
	}
	for _, l := range Langs() {
		if lang, ok := Parse(string(l)); lang != l || !ok {
			t.Errorf("Parse(%q) = %s, %v", l, lang, ok)
		}
	}
}

func TestRender(t *testing.T) {
	values := map[string]string{"a": "1", "b": "", "c": "打款"}
	get := func(place string) string { return values[place] }
	for template, want := range map[string]string{
		"":                      "",
		"x {a} y":               "x 1 y",
		"x[ by {b}] y":          "x y",
		"x[ by {a}][ by {b}] y": "x by 1 y",
		"[{a}, {b}]x":           "x",
		"{b|WORD}":              "WORD",
		"[{b|WORD} ]x":          "WORD x",
		"{a|WORD}":              "1",
	} {
		if got := english.render(template, get); got != want {
			t.Errorf("%q: %q, want %q", template, got, want)
		}
	}
	for template, want := range map[string]string{
		"第{a}次": "第 1 次", "{c}{a}": "打款 1", "{a}{c}": "1 打款", "{c}，{a}": "打款，1", "“{a}”": "“1”", "P{c}": "P 打款", "{c}打": "打款打",
	} {
		if got := simplified.render(template, get); got != want {
			t.Errorf("%q: %q, want %q", template, got, want)
		}
	}
}
