"""Language codes: the three letters of ISO 639-2 that metadata uses, as BCP 47."""

import re
from functools import lru_cache

# ISO 639-2 (bibliographic and terminological codes alike) to ISO 639-1, for every language that has both.
_PAIRS = """
aar:aa abk:ab afr:af aka:ak alb:sq amh:am ara:ar arg:an arm:hy asm:as ava:av ave:ae aym:ay aze:az bak:ba bam:bm baq:eu
bel:be ben:bn bih:bh bis:bi bod:bo bos:bs bre:br bul:bg bur:my cat:ca ces:cs cha:ch che:ce chi:zh chu:cu chv:cv cor:kw
cos:co cre:cr cym:cy cze:cs dan:da deu:de div:dv dut:nl dzo:dz ell:el eng:en epo:eo est:et eus:eu ewe:ee fao:fo fas:fa
fij:fj fin:fi fra:fr fre:fr fry:fy ful:ff geo:ka ger:de gla:gd gle:ga glg:gl glv:gv gre:el grn:gn guj:gu hat:ht hau:ha
heb:he her:hz hin:hi hmo:ho hrv:hr hun:hu hye:hy ibo:ig ice:is ido:io iii:ii iku:iu ile:ie ina:ia ind:id ipk:ik isl:is
ita:it jav:jv jpn:ja kal:kl kan:kn kas:ks kat:ka kau:kr kaz:kk khm:km kik:ki kin:rw kir:ky kom:kv kon:kg kor:ko kua:kj
kur:ku lao:lo lat:la lav:lv lim:li lin:ln lit:lt ltz:lb lub:lu lug:lg mac:mk mah:mh mal:ml mao:mi mar:mr may:ms mkd:mk
mlg:mg mlt:mt mon:mn mri:mi msa:ms mya:my nau:na nav:nv nbl:nr nde:nd ndo:ng nep:ne nld:nl nno:nn nob:nb nor:no nya:ny
oci:oc oji:oj ori:or orm:om oss:os pan:pa per:fa pli:pi pol:pl por:pt pus:ps que:qu roh:rm ron:ro rum:ro run:rn rus:ru
sag:sg san:sa sin:si slk:sk slo:sk slv:sl sme:se smo:sm sna:sn snd:sd som:so sot:st spa:es sqi:sq srd:sc srp:sr ssw:ss
sun:su swa:sw swe:sv tah:ty tam:ta tat:tt tel:te tgk:tg tgl:tl tha:th tib:bo tir:ti ton:to tsn:tn tso:ts tuk:tk tur:tr
twi:tw uig:ug ukr:uk urd:ur uzb:uz ven:ve vie:vi vol:vo wel:cy wln:wa wol:wo xho:xh yid:yi yor:yo zha:za zho:zh zul:zu
"""
_SHORT = dict(pair.split(":") for pair in _PAIRS.split())
# Of the languages with two codes, those that follow their English names.
_BIBLIOGRAPHIC = """
alb arm baq bur chi cze dut fre geo ger gre ice mac mao may per rum slo tib wel
"""
_LONG = {short: long for long, short in _SHORT.items()} | {_SHORT[long]: long for long in _BIBLIOGRAPHIC.split()}
_TAG = re.compile(r"([A-Za-z]{2,3})(?:[-_;,\s]+(?:([A-Za-z]{2})|[A-Za-z0-9]{3,8})?)?")


@lru_cache(maxsize=1024)
def language_tag(code: str) -> str:
    """BCP 47 of a language code: `ger` is `de`, `en_us` is `en-US`, `eng; USA` is `en`; others stay as they are."""
    found = _TAG.fullmatch(code.strip())
    if found is None:
        return code.strip()
    language, region = found.group(1).lower(), found.group(2)
    short = _SHORT.get(language, language)
    return f"{short}-{region.upper()}" if region else short


def three_letters(tag: str) -> str:
    """ISO 639-2 of a BCP 47 tag that is only a language, as metadata writes it: `de` is `ger`; others stay as they are.

    Of the two codes that some languages have it is the bibliographic one, which INSPIRE asks for.
    """
    return _LONG.get(tag, tag)
