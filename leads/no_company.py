"""What people write where their company is asked and they mean none."""

from functools import lru_cache

from leads.text import plain

# As they read without case, accents, spaces and signs.
_WORDS = """
    na none nil null nothing nada no not any notapplicable notavailable unknown unbekannt
    inconnu
    desconocido desconhecido sconosciuto onbekend nieznany neznamy ismeretlen okand ukjent
    ukendt
    test testing tester testcompany test123 demo example sample asdf asdfg asdfgh qwerty
    testtest
    foo bar foobar company mycompany companyname firma firmenname societe entreprise empresa
    azienda bedrijf tbd tba todo dummy xx xxx other others sonstige sonstiges autre autres otro
    outro
    altro anders inne misc various diverse undefined empty blank leer vide vacio vazio vuoto
    self selfemployed selfemployee iamselfemployed ownbusiness mybusiness myself me own
    independent
    independentconsultant consultant freelance freelancer freelancing contractor soleproprietor
    soletrader soleproprietorship
    selbstandig selbststandig selbstaendig selbststaendig freiberuflich freiberufler
    freiberuflerin
    freieberufler einzelunternehmer einzelunternehmen kleinunternehmer
    independant independante independants autoentrepreneur autoentrepreneuse microentrepreneur
    travailleurindependant profesionlibre profesionliberale profesionliberal autonomo autonoma
    autonomos porcuentapropia cuentapropia trabajadorautonomo independiente
    liberoprofessionista liberaprofessionista lavoratoreautonomo partitaiva
    zzp zzper zelfstandig zelfstandige eenmanszaak
    wlasnadzialalnosc samozatrudniony samozatrudnienie jednoosobowadzialalnosc dzialalnosc
    osvc zivnostnik szco egyenivallalkozo egyeni egenforetagare enskildfirma egetforetag
    selvstendig selvstendignaeringsdrivende selvstaendig enkeltmandsvirksomhed yrittaja
    serbestcalisan serbest serbestmeslek kendiisim sahis
    private privat privato privata prive privee privado particular particulier particuliere
    privatperson privatpersonen privateperson privateindividual individual individuals personal
    person persona personne personalsite personaluse prywatnie prywatny osobaprywatna
    osobafizyczna
    soukromy soukromaosoba sukromnaosoba maganszemely maganember yksityinen yksityishenkilo
    bireysel ozel personnel
    student studentin students etudiant etudiante estudiante estudante studente studentessa
    uczen studentka hallgato diak opiskelija ogrenci school schule universitystudent
    unemployed jobless jobseeker lookingforwork lookingforajob betweenjobs arbeitslos
    arbeitssuchend
    sansemploi chomage chomeur desempleado desempleada desempregado desempregada disoccupato
    disoccupata werkloos bezrobotny nezamestnany munkanelkuli arbetslos arbeidsledig issiz
    calismiyorum
    retired retiree pensioner rentner rentnerin ruhestand pensionat pensionar retraite retraitee
    jubilado jubilada aposentado aposentada pensionato pensionata gepensioneerd emeryt emerytka
    duchodce dochodca nyugdijas pensionist pensionisti emekli elakelainen
    homemaker housewife hausfrau hausmann amadecasa casalinga
    none0 keine keiner kein keineangabe ka aucun aucune ninguno ninguna nenhum nenhuma nessuno
    nessuna geen brak zaden zadna nincs ingen inget ei yok hicbiri sansobjet neant
    нет неттакой нету неизвестно частноелицо физлицо физическоелицо самозанятый самозанятая
    индивидуальныйпредприниматель ип фрилансер фриланс студент студентка безработный безработная
    пенсионер пенсионерка тест компания частныйпредприниматель фоп немає приватнаособа
    无 没有 無 不知道 未知 个人 個人 自由职业 自由職業 自由职业者 学生 學生 退休 测试 測試 待业 无业
    個人事業主 自営業 フリーランス フリーランサー なし 無し 学生です テスト 無職 主婦
    없음 개인 프리랜서 자영업 학생 무직 테스트 개인사업자
    لايوجد لاشيء بدون خاص شخصي طالب عملحر مستقل حر متقاعد عاطل غيرمعروف
    אין פרטי עצמאי עצמאית סטודנט סטודנטית פנסיונר
    कोईनहीं छात्र विद्यार्थी
"""
NAMES = frozenset(_WORDS.split())
_LEANT_ON = 4


@lru_cache(maxsize=8192)
def says_nothing(name: str) -> bool:
    """Whether a name is that of no company: blank, signs, a placeholder, or what somebody is."""
    words = plain(name)
    bare = "".join(filter(_counts, words))
    if not any(map(str.isalnum, bare)) or bare in _NAMES:
        return True
    # A number, or a key that was leant on.
    return words.replace(" ", "").isdigit() or len(set(bare)) == 1 and len(bare) >= _LEANT_ON


def _counts(sign: str) -> bool:
    """Letters, digits and the marks that make another letter; "n/a" is "na"."""
    return sign.isalnum() or not sign.isascii() and not sign.isspace() and sign.isprintable()


_NAMES = frozenset("".join(filter(_counts, plain(name))) for name in NAMES)
