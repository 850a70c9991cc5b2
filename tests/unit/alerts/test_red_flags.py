"""Red-flag words: what must bring a nurse, and what must leave her alone."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.alerts.red_flags import RedFlag, find
from app.alerts.word_files import SHIPPED, read_lexicon
from app.alerts.word_list import FLAGS, WordList, readable
from app.plain_text import fold

LISTS = {words.language: words for words in read_lexicon(SHIPPED).lists}

FLAGGED: dict[str, list[str]] = {
    "chest_pain": [
        "I have chest pain",
        "my chest hurts",
        "chest is tight",
        "pressure in my chest",
        "crushing pain in the left side of my chest",
        "never had chest pain like this",
        "no appetite, chest pain all day",
        "no fever, chest pain since 3",
        "no fever but chest pain",
        "not only chest pain but also dizzy",
        "don't know why my chest hurts",
        "8 3 5 and my chest hurts",
        "no fever and chest pain",
        "My chest feels like it's being crushed",
        "tightness across my chest when I move",
        "chest hurts bad",
        "bad chest pains",
        "Chest-pain",
        "Chest pain? yes",
        "me duele el pecho",
        "dolor en el pecho",
        "sin apetito, dolor de pecho",
        "tengo chest pain",
        "Me duele mucho el pecho",
        "siento presión en el pecho",
    ],
    "cannot_breathe": [
        "cant breath",
        "I can't breathe",
        "I can’t breathe",
        "can not breathe",
        "I cannot breathe",
        "hard to breathe",
        "trouble breathing",
        "can't catch my breath",
        "he stopped breathing",
        "I am having difficulty breathing",
        "she is gasping for air",
        "i can barely breathe lying down",
        "Mom's lips are blue",
        "not good, can't breathe",
        "can’t breathe well no matter what",
        "no puedo respirar",
        "me falta el aire",
        "me cuesta respirar",
        "no puede respirar bien",
        "se está ahogando",
        "me cuesta mucho trabajo respirar",
        "don't leave me alone I can't breathe",
    ],
    "bleeding": [
        "I'm bleeding",
        "bleeding from my nose",
        "coughing up blood",
        "there is blood in my urine",
        "threw up blood",
        "it won't stop bleeding",
        "can't stop the bleeding",
        "black stools since yesterday",
        "vomitando sangre",
        "There's blood when I cough",
        "lots of blood in the toilet",
        "my nose has been bleeding for an hour",
        "I threw up and there was blood",
        "no pain but bleeding",
        "i haven't stopped bleeding",
        "i have never bled this much",
        "estoy sangrando",
        "no para de sangrar",
        "sangre en la orina",
        "hay sangre en el excremento",
        "está sangrando mucho la herida",
        "vomito con sangre",
        "sangra mucho",
        "no me deja de sangrar la nariz",
    ],
    "leg_weakness": [
        "my legs are weak",
        "my legs gave out",
        "I can't feel my legs",
        "I can't walk",
        "my left leg is so weak I can't stand up",
        "I suddenly can't move my legs",
        "numb from the waist down and legs weak",
        "I have no feeling in my legs and can't walk",
        "no siento las piernas",
        "no puedo caminar",
        "piernas débiles",
        "me tiemblan las piernas y no me responden",
        "no puedo mover las piernas",
    ],
    "bladder_control": [
        "can't pee since yesterday",
        "I wet myself",
        "lost control of my bladder",
        "he cannot control his bowels",
        "I peed myself last night and couldn't stop it",
        "no puedo orinar",
        "me oriné encima",
    ],
    "fever": [
        "I have a fever",
        "Fever 38.5",
        "temp 101",
        "temperature of 39.2",
        "yes fever",
        "no, I have a fever",
        "no i have a fever",
        "no fever until tonight",
        "FEVER!!!",
        "100.8 temperature",
        "running a temperature",
        "my temp is 38.4",
        "feeling feverish",
        "my pain is 9 and I have a fever",
        "7 7 7 fever",
        "no sleep. fever 39",
        "fever yes",
        "tengo fiebre",
        "no se me quita la fiebre",
        "no baja la fiebre",
        "calentura",
        "temperatura de 39",
        "no, tengo fiebre",
        "i have fiebre",
        "Tengo mucha fiebre",
        "tengo 39 de fiebre",
        "me siento con calentura",
    ],
    "shaking_chills": [
        "shaking chills",
        "I have the chills",
        "can't stop shaking",
        "shivering and shaking all over",
        "I don't feel well, I have chills",
        "escalofríos",
    ],
    "new_confusion": [
        "mom is very confused",
        "she doesn't know where she is",
        "he is hallucinating",
        "he's not making sense",
        "she keeps asking who I am and is confused",
        "ve cosas que no están",
        "está confundida",
        "mi mamá está desorientada",
        "no me reconoce",
        "dad is talking nonsense and doesn't recognize me",
        "mi papá no sabe dónde está",
        "dice cosas sin sentido",
    ],
    "self_harm": [
        "I want to kill myself",
        "thinking about hurting myself",
        "suicidal",
        "I want to end my life",
        "overdose",
        "I feel like hurting myself",
        "I have been thinking about killing myself",
        "quiero matarme",
        "pienso en suicidarme",
        "quitarme la vida",
    ],
    "wants_to_die": [
        "I want to die",
        "i wanna die",
        "I wish I was dead",
        "better off dead",
        "don't want to live anymore",
        "I'm ready to die",
        "I just want it to end",
        "I can't go on",
        "can't do this anymore",
        "life is not worth living",
        "i dont want to be here anymore",
        "I wish I would just die",
        "I no longer want to live",
        "there is no point in living",
        "I'm not ok. I want to die",
        "I never thought I would want to die but I do",
        "quiero morir",
        "me quiero morir",
        "ya no quiero vivir",
        "no tengo ganas de vivir",
        "please let me die",
        "ya no quiero seguir",
        "no quiero seguir viviendo",
        "ya no aguanto más",
        "quisiera estar muerta",
        "mejor me muero",
    ],
    "unconscious": [
        "he is unconscious",
        "she passed out",
        "won't wake up",
        "can't wake mom up",
        "I fainted in the shower",
        "can't wake him up",
        "he is not responding",
        "unresponsive",
        "does she need help? she is unconscious",
        "se desmayó",
        "está inconsciente",
        "no despierta",
        "perdió el conocimiento",
        "mamá no responde",
        "no reacciona",
    ],
    "seizure": [
        "having a seizure",
        "he had a siezure",
        "tuvo un ataque epiléptico",
        "convulsiones",
    ],
    "fall_injury": [
        "I fell and hit my head",
        "fell down the stairs",
        "mom fell and broke her hip",
        "hit my head",
        "i fell",
        "she fell in the bathroom and her arm looks broken",
        "I slipped and hit my head",
        "broke my wrist",
        "took a bad fall",
        "me caí y me golpeé la cabeza",
        "se cayó",
        "mi esposo se cayó en el baño",
        "se pegó en la cabeza",
    ],
}

ALSO_FLAGGED: dict[str, list[str]] = {
    "chest_pain": [
        "my chest is killing me",
        "pain behind my breastbone",
        "angina again",
        "me duele el corazón",
        "my chest's been hurting",
        "chestpain",
        "bad chestpains",
    ],
    "cannot_breathe": [
        "breathless at rest",
        "my shortness of breath is much worse",
        "my breathing is really bad",
        "no me entra el aire",
        "no alcanzo a respirar",
        "respira muy rápido",
        "se está poniendo morado",
        "I don't think I can breathe",
        "cantbreathe",
        "can'tbreathe",
        "I do not think I can breathe",
        "me falta la respiración",
        "me falta mucho la respiración",
        "no creo que pueda respirar",
    ],
    "bleeding": [
        "there is a lot of blood",
        "blood everywhere",
        "bloody nose that will not stop",
        "vomit like coffee grounds",
        "hay mucha sangre",
        "vómito como posos de café",
        "stool like tar",
        "my poop is black",
        "stools are black and sticky",
        "vomit looks like coffee",
        "throwing up stuff like coffee",
        "no pee just blood",
        "popó con sangre",
        "caca con sangre",
        "hizo caca con mucha sangre",
        "vómito como café",
        "vomito color café",
        "la caca es negra",
        "hay sangre en la caca",
    ],
    "leg_weakness": [
        "my legs stopped working",
        "legs like jelly",
        "perdí la fuerza en las piernas",
        "no tengo fuerza en las piernas",
        "I don't think I can stand up",
    ],
    "bladder_control": [
        "lost control of bowels",
        "can't feel when I pee",
        "se me sale la orina",
        "wetting the bed",
        "peed the bed without noticing",
        "peed her pants",
        "he pees without knowing",
        "se orinó sin darse cuenta",
        "me orino sin sentir",
        "hizo pipí sin darse cuenta",
        "se orinó en la cama",
    ],
    "fever": [
        "38.5 C",
        "101 F",
        "tengo temperatura",
    ],
    "shaking_chills": [
        "uncontrollable shaking",
        "estoy temblando",
        "tiemblo mucho de frío",
    ],
    "new_confusion": [
        "she doesn't make sense",
        "dad is acting strange",
        "ve gente que no está",
        "he's talking to people who aren't there",
        "she sees people that are not there",
        "talking to someone who isn't there",
        "she is hearing things that aren't real",
    ],
    "wants_to_die": [
        "I have had enough of living",
        "kiero morir",
        "no kiero vivir",
        "I don't think I can go on",
    ],
    "seizure": [
        "le dio un ataque",
    ],
    "unconscious": [
        "she has not woken up",
        "he hasn't woken up since yesterday",
        "mom didn't wake up this morning",
    ],
    "self_harm": [
        "me voy a tomar todas las pastillas",
        "quiero tomarme todas las pastillas",
    ],
}

NOT_FLAGGED: list[str] = [
    "no chest pain",
    "No chest pain today",
    "I don't have chest pain",
    "I don't have a fever",
    "no fever",
    "dont have any fever",
    "haven't had a fever",
    "no fever or chills",
    "no fever, no chills",
    "no fever, chills or bleeding",
    "no fever, chills, or chest pain",
    "no bleeding",
    "not bleeding anymore",
    "no longer bleeding",
    "without fever",
    "no trouble breathing",
    "I'm not confused",
    "no seizures",
    "never had a seizure",
    "I don't want to die",
    "I'm not suicidal",
    "no thoughts of hurting myself",
    "not short of breath",
    "my legs are not weak",
    "my legs aren't numb",
    "no new leg weakness",
    "pain but not in my chest",
    "chest pain: no",
    "fever? no",
    "any chest pain? no",
    "Fever no",
    "bleeding - none",
    "dying to see you",
    "dying for a coffee",
    "bleeding heart",
    "my heart bleeds for them",
    "to die for",
    "I fell asleep",
    "fell in love",
    "fell behind on sleep",
    "cabin fever",
    "Fall is my favorite season",
    "blood test tomorrow",
    "blood pressure is fine",
    "I'm confused about the question",
    "confused by your text",
    "can't walk the dog",
    "can't stand the hospital food",
    "weak in the knees when I see him",
    "cancer is not responding to chemo",
    "took my seizure medicine",
    "my phone died",
    "he passed out flyers",
    "laughed so hard I wet myself",
    "holding my breath for results",
    "breathe easy",
    "8 very bad since last night",
    "7",
    "3 5 2",
    "tired today",
    "thank you",
    "good morning",
    "feeling better",
    "can't sleep",
    "pain in my back",
    "I can't eat",
    "temp 37.2",
    "temperature normal 98.6",
    "short of breath 4",
    "it was a breath of fresh air",
    "denies fever",
    "zero bleeding",
    "i have no chest pain at all",
    "my hair fell out",
    "i almost fell",
    "No. No fever, no bleeding, no chest pain.",
    "I haven't had any chest pain",
    "She has not had any seizures",
    "He isn't bleeding",
    "I do not have chest pain or trouble breathing",
    "no sign of bleeding",
    "there's been no bleeding since Monday",
    "Don't have chest pain, fever or chills",
    "no chest pain or shortness of breath",
    "I did not fall",
    "didn't fall",
    "no falls",
    "Not confused, just tired",
    "My feet are cold",
    "a bit weak today",
    "I feel weak",
    "my arms are tired",
    "blood sugar 120",
    "Waiting for my blood work",
    "can't wait to see you",
    "cant sleep because of pain",
    "can't stop eating",
    "can't find my pills",
    "I don't know where my pills are",
    "what day is my appointment",
    "not hungry",
    "I am dying of boredom",
    "dying to know the results",
    "my battery died",
    "My dog died last year",
    "break a leg!",
    "my heart is broken",
    "I had a fitting for my dress",
    "the shoes don't fit",
    "I got cold feet",
    "I was shaking hands with everyone",
    "chilling at home",
    "netflix and chill",
    "took my pills",
    "I need help with the form",
    "the text is confusing",
    "sangre fría",
    "The price fell",
    "night fell",
    "I have been breathing well",
    "I can breathe fine",
    "back hurts",
    "pain 10",
    "breath 3",
    "short of breath a little",
    "no more seizures since the new medicine",
    "I would never hurt myself",
    "I'm not going to kill myself",
    "nothing new",
    "never wanted to die",
    "No ideas of suicide",
    "ninguna caída",
    "negative for fever",
    "my back is killing me",
    "this pain is killing me",
    "hay fever",
    "sin fiebre",
    "no tengo fiebre",
    "no he tenido fiebre",
    "no tengo dolor de pecho",
    "no me duele el pecho",
    "sin fiebre ni escalofríos",
    "no tengo fiebre ni dolor de pecho",
    "ya no tengo fiebre",
    "no hay sangrado",
    "sin sangrado",
    "no estoy confundida",
    "no quiero morir",
    "me muero de hambre",
    "me muero de risa",
    "me está matando la espalda",
    "análisis de sangre mañana",
    "presión de sangre normal",
    "fiebre amarilla",
    "la comida me cayó mal",
    "me cae bien la enfermera",
    "se me cayó el pelo",
    "falta de aire 4",
    "estoy cansada",
    "gracias",
    "dolor de espalda",
    "no puedo dormir",
    "no puedo comer",
    "confundida con la pregunta",
    "la clínica no responde al teléfono",
    "dolor 8",
    "un poco mareada",
    "fiebre no",
    "fiebre: no",
    "nunca he tenido convulsiones",
    "no me he caído",
    "tampoco fiebre",
    "this heat is killing me",
    "you're killing me lol",
    "can you call me",
    "no fiebre",
    "no he sangrado",
    "no me falta el aire",
    "no tengo dificultad para respirar",
    "puedo respirar bien",
    "no me siento confundida",
    "no, sin fiebre",
    "sin dolor",
    "me duele la espalda",
    "me duelen las rodillas",
    "tengo frío",
    "tengo hambre",
    "mi hija está embarazada",
    "no tengo hambre",
    "no quiero comer",
    "no quiero mas mensajes",
    "no puedo ir a la cita",
    "me muero por verte",
    "qué pena",
    "estoy bien",
    "todo bien gracias a dios",
    "ningún sangrado",
]

DENIED_THEN_SAID: dict[str, list[str]] = {
    "chest_pain": [
        "no pain but tightness in chest",
        "no tightness but pain in chest",
        "no pain but pressure on chest",
        "no pain only pressure in my chest",
        "not hurting but tight chest",
        "no pain when sitting chest hurts walking",
        "no pain meds left and chest pain",
        "sin dolor pero opresión en el pecho",
        "no tengo dolor pero presión en el pecho",
        "no pain except my chest",
        "no pain anywhere but my chest",
        "no pain but in my chest",
        "no pain just in my chest",
        "never had pain like this in my chest",
        "no pain sitting chest hurts walking",
        "no pain yesterday chest pain today",
        "not pain its pressure in chest",
        "no pain i have tightness in chest",
        "no pain other than my chest",
        "nothing hurts but my chest",
        "pain only in my chest",
        "pain but mostly in my chest",
        "no me duele nada menos el pecho",
        "no me duele mas que el pecho",
        "no es dolor es presión en el pecho",
        "sin dolor solo presión en el pecho",
        "no dolor y opresión en el pecho",
        "no pain, but chest tight",
        "no pain in back but in chest",
    ],
    "leg_weakness": [
        "no weakness in arms but legs weak",
        "sin debilidad en los brazos pero las piernas débiles",
        "no tengo debilidad pero las piernas no me responden",
        "not numb but legs weak",
        "no numbness though legs feel weak",
    ],
    "wants_to_die": [
        "never wanted to die but I do now",
        "i never wanted to die but now i do",
        "didnt want to die but now i want to",
        "nunca quise morir pero ahora sí",
        "nunca quise morir pero ahora quiero",
    ],
    "self_harm": [
        "never wanted to kill myself but today i do",
    ],
    "seizure": [
        "no seizures before but now he is",
    ],
    "bleeding": [
        "no vomité pero escupo sangre",
        "not vomiting just spitting blood",
        "no vomiting but coughing blood",
        "no cough just spitting up blood",
    ],
    "fall_injury": [
        "no falls but fell off the bed and hit head",
    ],
    "cannot_breathe": [
        "no trouble but short of breath at rest",
    ],
    "fever": [
        "no fever but temp is 102",
    ],
}

DENIED_THROUGHOUT: list[str] = [
    "no pain or tightness in chest",
    "no pain or pressure in my chest",
    "no pain nor pressure in the chest",
    "no chest pain or tightness in the chest",
    "no pain in my chest but my back is killing me",
    "no chest pain but my back hurts",
    "no weakness in my legs but arms feel weak",
    "no weakness but my legs hurt",
    "no weakness just swelling in my legs",
    "no me duele el pecho pero me duele la espalda",
    "no me duele el pecho y me siento bien",
    "no tengo dolor ni opresión en el pecho",
    "no dolor o presión en el pecho",
    "no fever but in pain",
    "no fever but I am tired",
    "no fever but I have nausea",
    "no chest pain but what should i do",
    "no fever but i do have a cough",
    "no pain in chest or legs",
    "no pain when I touch my chest",
    "no pain pressure or tightness in chest",
    "I don't feel like hurting myself",
    "I would never think of hurting myself",
    "never thought of hurting myself",
    "no fever, chest pain or tightness in chest",
    "no chest pain or pressure in chest or fever",
    "no weakness or numbness in my legs",
    "no numbness weakness or tingling in legs",
    "not vomiting or coughing blood",
    "no cough or blood in sputum",
    "I don't want to die, I want to live",
    "no thoughts of dying or hurting myself",
    "no pain but my stomach is upset",
    "not confused but tired",
    "no bleeding but tired",
    "no fever or angina",
    "no trouble breathing or getting my breath",
    "i do not have any pain or tightness in my chest today",
    "no he tenido dolor ni presión en el pecho",
    "no chest pain at all when i walk",
    "no tightness or pain across my chest when I walk",
]

TEMPERATURES: list[str] = [
    "temp: 39",
    "Temp. 102",
    "my temp: 102",
    "temp 39C",
    "temp 102F",
    "temp: 102F",
    "My temp is 38.9C",
    "My temp is 38.9 °C",
    "thermometer says 102",
    "temperatura: 39",
    "Temperatura: 38,5",
    "tengo 39 grados",
    "tengo 38 y medio",
    "tiene 39ºC",
    "temp 39º",
    "39.2°C",
    "38.7 C",
    "38.7C",
    "101F",
    "102.4ºF",
    "temp, 102",
    "temp (102)",
    "temp this morning: 102.3",
    "Temperature today: 39",
    "Temperature at home: 39.1",
    "temp=39",
    "temp - 39",
    "temp 39",
    "temp:39.5",
    "T: 39",
    "T° 38.5",
    "temp's 102",
    "mi temperatura es: 39",
    "el termómetro marca 39",
    "she's 102 degrees",
    "39 degrees C",
    "39degrees C",
    "está con 39 grados",
    "temp 36.6 yesterday, temp 39 now",
]

NO_FEVER: list[str] = [
    "temp 36.6",
    "temp: 98.6",
    "temp 37.2C",
    "Temp: 37.2 C",
    "Temp: 36.6 HR: 100 BP: 110/70",
    "temp. 37",
    "temp 97.9F",
    "Temp 99.1 F",
    "temperatura: 36,6",
    "temperatura 37 grados",
    "pain: 8",
    "took 40 mg",
    "my temp is normal. 100 steps today",
    "it is 40 degrees outside",
    "hace 40 grados",
    "tengo 39 años",
    "no temp",
    "T 36.6",
    "10:40 pain 3",
    "at 10:39 took pills",
    "37ºC",
    "100 ml",
    "room 40",
    "took 100 units",
    "5fu today",
    "38 o'clock",
]

SEVERAL: list[tuple[str, list[str]]] = [
    ("fever and chest pain", ["fever", "chest_pain"]),
    ("No fever but I am bleeding and can't breathe", ["bleeding", "cannot_breathe"]),
    ("tengo fiebre y escalofríos", ["fever", "shaking_chills"]),
    ("fell, hit my head and passed out", ["fall_injury", "unconscious"]),
    ("fever fever FEVER", ["fever"]),
]


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize(("flag", "text"), [(flag, text) for flag, texts in FLAGGED.items() for text in texts])
def test_somebody_who_says_it_is_heard_whatever_their_language_setting(flag: str, text: str, language: str) -> None:
    assert [found.flag for found in find(text, language)] == [flag]


@pytest.mark.parametrize(("flag", "text"), [(flag, text) for flag, texts in ALSO_FLAGGED.items() for text in texts])
def test_other_ways_to_say_it_are_heard_too(flag: str, text: str) -> None:
    assert [found.flag for found in find(text, "en")] == [flag]


@pytest.mark.parametrize(
    "text",
    [
        "no tengo temperatura",
        "temperatura normal",
        "this question doesn't make sense",
        "not much blood pressure medicine left",
        "le dio un ataque de risa",
        "my shortness of breath is the same",
        "no lots of blood",
        "it is 40 outside",
        "the pain hasn't woken me up",
        "pain doesn't wake me at night",
        "I didn't wake up until 9",
        "threw up my coffee",
        "just blood work today",
        "only blood pressure pills left",
        "I laughed so hard I peed my pants",
        "I have people who are there for me",
        "I don't think I can walk the dog",
        "tomo todas mis comidas",
        "vomité el café",
        "hago caca sin problema",
        "hago pipí sin dolor",
        "me tomé el café",
        "no vomité sangre ni caca con sangre",
        "no quiero tomarme todas las pastillas",
        "poop is brown",
        "no black stool",
        "poop not black",
        "popó normal sin sangre",
        "talking to people helps",
        "my pee is fine",
    ],
)
def test_what_sounds_like_them_pages_nobody(text: str) -> None:
    assert find(text, "en") == []


@pytest.mark.parametrize("text", NOT_FLAGGED)
def test_denials_idioms_and_small_talk_page_nobody(text: str) -> None:
    assert find(text, "en") == []
    assert find(text, "es") == []


@pytest.mark.parametrize(("flag", "text"), [(flag, text) for flag, texts in DENIED_THEN_SAID.items() for text in texts])
def test_a_denied_word_hides_nothing_that_is_said_behind_it(flag: str, text: str) -> None:
    assert [found.flag for found in find(text, "en")] == [flag]


@pytest.mark.parametrize("text", DENIED_THROUGHOUT)
def test_a_denial_reaches_as_far_as_it_is_meant(text: str) -> None:
    assert find(text, "en") == []


@pytest.mark.parametrize("text", TEMPERATURES)
def test_a_temperature_is_a_fever_however_it_is_written(text: str) -> None:
    assert [found.flag for found in find(text, "en")] == ["fever"]


@pytest.mark.parametrize("text", NO_FEVER)
def test_a_normal_temperature_or_another_number_is_no_fever(text: str) -> None:
    assert find(text, "en") == []


@pytest.mark.parametrize(("text", "flags"), SEVERAL)
def test_each_sign_is_named_once_in_the_order_it_was_said(text: str, flags: list[str]) -> None:
    assert [found.flag for found in find(text, "en")] == flags


@pytest.mark.parametrize(
    "text",
    [
        "no appetite, chest pain or pressure all day",
        "no fever, chest pain since 3",
        "no, chest pain",
        "I can't say no: chest pain",
        "no fever today but yesterday yes",
        "never had a fever this high",
        "no bleeding until this morning",
        "no chest pain except at night",
        "can't get the bleeding to stop",
        "not sure if it is chest pain",
        "I can't stand up",
        "bleeding heart aside, I am bleeding",
        "if I get a fever who do I call",
        "is it normal to have chest pain?",
        "no fever/chest pain",
        "sin fiebre/dolor de pecho",
    ],
)
def test_what_is_unclear_is_flagged(text: str) -> None:
    assert find(text, "en")


@pytest.mark.parametrize("text", ["", "   ", "\x00", "\ud800", "\u202e\u200b", "🩺", "٣", "." * 5000])
def test_nothing_said_is_no_flag(text: str) -> None:
    assert find(text, "en") == []


@pytest.mark.parametrize(
    "text",
    [
        "chest\u200b pain",
        "ＣＨＥＳＴ ＰＡＩＮ",
        "chest\x00 pain",
        "\u202echest pain",
        "Chést pâin",
        "chest\n\npain hurts my chest",
    ],
)
def test_odd_characters_hide_nothing(text: str) -> None:
    assert [found.flag for found in find(text, "en")] == ["chest_pain"]


def test_the_words_that_were_matched_are_handed_over() -> None:
    assert find("Hi nurse. My CHEST hurts a lot", "en") == [RedFlag("chest_pain", "chest hurts")]


def test_a_flag_at_the_end_of_the_longest_message_is_found() -> None:
    assert [found.flag for found in find("I am all right. " * 4000 + "I have chest pain", "en")] == ["chest_pain"]


@pytest.mark.parametrize(
    "text",
    ["no fever" + ", fever" * 9000 + " or fever", "no pain but tight chest or " * 2400, "39 c " * 13000, "no " * 21800],
    ids=["denied list", "denied clauses", "temperatures", "denials"],
)
def test_the_longest_text_is_screened_in_time(text: str) -> None:
    began = time.process_time()
    find(text, "en")
    assert time.process_time() - began < 10  # seconds; it takes less than half a second


def test_every_flag_has_phrases_in_every_language() -> None:
    assert set(LISTS) == {"ar", "en", "es"}
    assert all(set(words.flags) == set(FLAGS) and all(words.flags.values()) for words in LISTS.values())


def spoken(phrase: str, words: WordList) -> list[str]:
    """Ways of saying a phrase of the lists: each alternative of each word once, with what may be missing left out."""
    pieces = [
        [word.rstrip("*") for name in piece.split("|") for word in words.lists.get(name[1:], (name,))]
        for piece in phrase.split()
        if piece not in {"..", "$"} and not piece.startswith("(")
    ]
    first = [alternatives[0] for alternatives in pieces]
    return [
        " ".join([*first[:at], word, *first[at + 1 :]])
        for at, alternatives in enumerate(pieces)
        for word in alternatives
    ]


@pytest.mark.parametrize(
    ("language", "flag", "phrase"),
    [
        (language, flag, phrase)
        for language, words in LISTS.items()
        for flag, phrases in words.flags.items()
        for phrase in phrases
    ],
)
def test_every_listed_phrase_raises_its_flag_and_no_idiom_swallows_it(language: str, flag: str, phrase: str) -> None:
    said = spoken(phrase, LISTS[language])
    assert [text for text in said if flag not in {found.flag for found in find(text, "en")}] == []


def test_the_lists_are_written_the_way_texts_are_folded() -> None:
    for words in LISTS.values():
        phrases = [phrase for block in (*words.flags.values(), words.idioms) for phrase in block]
        text = "\n".join([*phrases, *(word for named in words.lists.values() for word in named)])
        assert fold(text) == text
        assert "'" not in text
        assert all(map(readable, phrases))


WORDS = st.sampled_from(
    "no fever chest pain i have , . ? or and not dying to see you sin fiebre ni dolor de pecho me duele bled".split()
)


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(st.text(max_size=400), st.lists(WORDS, max_size=40).map(" ".join)), st.sampled_from(["en", "es", "ar"])
)
def test_any_text_is_screened_the_same_way_twice(text: str, language: str) -> None:
    first = find(text, language)
    assert first == find(text, language)
    assert len({found.flag for found in first}) == len(first)
    assert {found.flag for found in first} <= set(FLAGS)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([text for texts in FLAGGED.values() for text in texts]))
def test_upper_case_and_full_stops_change_nothing(text: str) -> None:
    assert {f.flag for f in find(text.upper() + " .", "es")} == {f.flag for f in find(text, "es")}
