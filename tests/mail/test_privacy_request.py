"""Requests for one's data, in many languages, and letters that only look like one."""

import time

import pytest

from helpdesk.mail.privacy_request import RequestKind, request_in, requests_in

REQUESTS = {
    RequestKind.ERASURE: """
        Please delete my data.
        Delete all my data now, also the audit log.
        I would like you to erase all of my personal information from your systems.
        I want you to delete my account and all my personal data.
        Could you please remove all my personal data?
        I hereby request the erasure of my personal data under article 17 GDPR.
        I am exercising my right to be forgotten.
        I want to have all my data deleted.
        Please delete everything you have stored about me.
        Bitte löschen Sie alle meine Daten.
        Hiermit beantrage ich die Löschung meiner personenbezogenen Daten gemäß Art. 17 DSGVO.
        Ich möchte, dass Sie mein Konto schließen und alle meine Daten unwiderruflich löschen.
        Ich mache von meinem Recht auf Löschung Gebrauch, Recht auf Löschung nach Art. 17.
        Merci de supprimer toutes mes données personnelles.
        J'exerce mon droit à l'effacement.
        Por favor, eliminen todos mis datos personales.
        Solicito la supresión de mis datos.
        Vi chiedo di cancellare tutti i miei dati personali.
        Esercito il mio diritto all'oblio.
        Por favor apaguem todos os meus dados.
        Verwijder alstublieft al mijn persoonlijke gegevens, ik wil mijn gegevens laten verwijderen.
        Slet venligst alle mine personoplysninger.
        Vennligst slett alle mine personopplysninger.
        Vänligen radera alla mina personuppgifter.
        Poistakaa kaikki henkilötietoni.
        Proszę o usunięcie wszystkich moich danych osobowych.
        Prosím, smažte všechny moje osobní údaje.
        Kérem, töröljék a személyes adataimat.
        Vă rog ștergeți toate datele mele.
        Прошу удалить все мои персональные данные.
        Прошу видалити всі мої персональні дані.
        Kişisel verilerimin silinmesini istiyorum.
        私の個人情報を削除してください。
        请删除我的所有个人数据。
        제 개인정보를 모두 삭제해 주세요.
    """,
    RequestKind.ACCESS: """
        What data do you hold about me?
        What do you hold on me?
        Which personal information have you stored about me?
        This is a subject access request.
        Please send me a copy of all my personal data.
        I request all the data you have about me.
        I want to exercise my right of access under article 15 GDPR.
        Welche Daten haben Sie über mich gespeichert?
        Ich bitte um Auskunft über meine gespeicherten Daten nach Art. 15 DSGVO.
        Quelles données avez-vous sur moi ?
        Je souhaite exercer mon droit d'accès.
        ¿Qué datos tienen sobre mí?
        Quali dati avete su di me?
        Que dados têm sobre mim?
        Welke gegevens hebt u van mij?
        Hvilke oplysninger har I om mig?
        Hvilke opplysninger har dere om meg?
        Vilka uppgifter har ni om mig?
        Mitä tietoja teillä on minusta?
        Jakie dane o mnie przechowujecie, jakie dane macie na mój temat?
        Jaké údaje o mně máte?
        Milyen adatokat tárolnak rólam?
        Какие данные обо мне вы храните?
        Hakkımda hangi verileri saklıyorsunuz?
    """,
    RequestKind.PORTABILITY: """
        I request data portability: send me everything.
        Please send me my personal data in a machine-readable format.
        Ich mache mein Recht auf Datenübertragbarkeit geltend.
        J'exerce mon droit à la portabilité.
        Ejerzo mi derecho a la portabilidad de mis datos.
    """,
    RequestKind.OBJECTION: """
        I object to the processing of my data.
        Stop processing my personal data.
        I hereby withdraw my consent.
        Do not sell my personal information.
        Ich widerspreche der Verarbeitung meiner Daten.
        Hiermit widerrufe ich meine Einwilligung.
        Je m'oppose au traitement de mes données.
        Me opongo al tratamiento de mis datos.
        Mi oppongo al trattamento dei miei dati.
        Ik maak bezwaar tegen de verwerking.
        Cofam zgodę na przetwarzanie danych.
    """,
    RequestKind.RECTIFICATION: """
        Please correct my personal data.
        The personal data you hold about me is wrong.
        Bitte berichtigen Sie meine personenbezogenen Daten.
        Merci de rectifier mes données.
        Solicito rectificar mis datos personales.
    """,
}
CASES = [(kind, line.strip()) for kind, lines in REQUESTS.items() for line in lines.strip().splitlines()]


@pytest.mark.parametrize(("kind", "letter"), CASES)
def test_a_request_is_recognised(kind, letter):
    assert kind in requests_in(f"Hello,\n\n{letter}\n\nRegards\nAnn")


LOOK_ALIKES = """
I accidentally deleted my data, can you restore it?
Your update deleted all my data!
Please do not delete my data.
Will you delete my data if I cancel my subscription?
Does uninstalling delete my data?
How do I export my data to a spreadsheet?
Please delete my order 4711.
Please delete the second line of the invoice.
Please remove my old printer from the list.
I hereby grant your staff access to all my data.
Where can I see my account details?
Please update my address, I moved.
Please correct the data sheet of the printer.
What data format do you support?
What information do you need from me?
What data does the API return about an order?
Which data plan do I have?
I cannot access my data since this morning.
My data volume is used up.
Do you support GDPR?
Is your hosting GDPR compliant?
We use article 17 of the manual, is that right?
I object to your price increase.
I did not consent to a phone call at night.
Sie haben meine Daten gelöscht, bitte stellen Sie sie wieder her!
Bitte löschen Sie meine Daten nicht.
Bitte löschen Sie die Rechnung 4711.
Welche Daten muss ich in das Formular eintragen?
Ich widerspreche der Rechnung.
Mes données ont été supprimées par erreur.
Quelles données dois-je saisir ?
He perdido mis datos.
Quali dati devo inserire?
Mijn gegevens zijn gewijzigd.
Mam zły adres dostawy.
Мои данные не сохраняются.
データが表示されません。
我的数据丢失了。
The delete button does not remove my records from the table view.
""".strip().splitlines()


@pytest.mark.parametrize("letter", LOOK_ALIKES)
def test_what_only_looks_like_a_request_is_none(letter):
    assert requests_in(letter) == ()


def test_the_subject_counts():
    assert request_in("Thanks", subject="GDPR deletion request") is RequestKind.ERASURE


def test_a_letter_may_ask_for_two_things():
    letter = "Please send me a copy of all my personal data. Then delete all my data."

    assert requests_in(letter) == (RequestKind.ERASURE, RequestKind.ACCESS)
    assert request_in(letter) is RequestKind.ERASURE


def test_a_request_may_run_over_lines():
    assert request_in("I want you to delete\nall of my personal\ndata.") is RequestKind.ERASURE


@pytest.mark.parametrize(
    "unit",
    [
        "please ",
        "delete my data ",
        "my ",
        "all ",
        "data ",
        "welche daten ",
        "a",
        "delete ",
        "article 17 ",
        "of the my ",
    ],
)
def test_hostile_text_costs_little(unit):
    text = unit * (200_000 // len(unit))

    started = time.process_time()
    requests_in(text)

    assert time.process_time() - started < 1.0
