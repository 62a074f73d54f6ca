-- What every preset can use: reading of single cells, and the shape of canonical rows.
-- Each text below is one cell, already cleaned, with 'no value' (empty, NULL, NaN, ...) as SQL null.
-- These functions come from outside: to_utc(ms) turns wall-clock milliseconds of the shop's time zone into UTC milliseconds, day_start(ms)
-- gives the start of the shop's day; written_instant(text, date_order) reads a time in any other form, written_utc one that is UTC where it
-- names no offset, has_other_offset whether it names one the shop's clocks did not have then; plain_number(text, decimal_mark) reads a
-- number, plain_digits(text) has the digits of any script as the usual ones; cell(text) is the text of a cell or null for nothing,
-- status_word(text) a status as statuses are compared (Vocabulary.StatusWord), status_meaning(text) what it means: sale, no_sale, refunded or
-- partially_refunded (null is not known),
-- written_id(text) an id as it is spelt here, has_lost_digits(text) whether it shows fewer digits than it had; country_code(text) is a
-- country's ISO 3166 code.
-- getvariable() reads the settings of this import.

-- ---------------------------------------------------------------- what a preset declares

-- The fields a preset understands, by file, with the headers under which sources give them. Their names in other languages, and those
-- of any field called as one of the shipped presets', come from Vocabulary/headings.tsv after these.
-- kind: text, time (the shop's wall clock where it names no offset; becomes UTC milliseconds), utc_time (UTC where it names none),
-- money or number (DECIMAL(18,6)), rate (a number, also with a sign of per cent), flag (BOOLEAN). A header such as 'properties.total' is
-- also found inside JSON cells of 'properties'.
CREATE TABLE fields (file VARCHAR, field VARCHAR, kind VARCHAR, required BOOLEAN, headers VARCHAR[]);

-- What may stand in for a required field that has no column: all of these fields together. Several rows are several ways.
CREATE TABLE stand_ins (file VARCHAR, field VARCHAR, instead VARCHAR[]);

-- A preset that reads a folder names its tables here, without .csv, .csv.gz or .parquet. role: required, optional (says: what is missing
-- without it) or unused (says: why it is not read). 'orders' must be among them.
CREATE TABLE tables (file VARCHAR, names VARCHAR[], role VARCHAR, says VARCHAR);

-- A preset may also set these variables: preset_currency (ISO 4217), preset_time_zone (IANA; where neither the user nor the store says
-- one), preset_statuses (order statuses that are a sale, where the user names none), orders_grain ('order' where every row of the file
-- is one, otherwise what a row is), orders_money (the file the orders' money is in, where it is not theirs),
-- order_identity ('shop' where an order id alone says which order it is, so that a later file can give it to another customer; otherwise an
-- order is known by its customer and its id).

-- ---------------------------------------------------------------- canonical rows

-- A preset's views of these names are read column by column; a column it leaves out is null.
-- 'source' is the file a row came from, 'record' its first record there, 'amount' exact and in the shop's currency
-- (DECIMAL(18,6), which is computed with ten times as fast as the wider decimals of sums: cast those).
CREATE TABLE canonical_customers (
  source VARCHAR, record BIGINT, customer_id VARCHAR, first_seen_at BIGINT, birth_year INTEGER, gender VARCHAR, country VARCHAR, city VARCHAR,
  acquisition_channel VARCHAR, consent_email BOOLEAN, email VARCHAR);
CREATE TABLE canonical_orders (
  source VARCHAR, record BIGINT, customer_id VARCHAR, order_id VARCHAR, ordered_at BIGINT, amount DECIMAL(18,6), discount DECIMAL(18,6),
  status VARCHAR, is_valid BOOLEAN, channel VARCHAR, category VARCHAR, quantity INTEGER, promised_at BIGINT, delivered_at BIGINT,
  review_score DOUBLE, margin DECIMAL(18,6));
CREATE TABLE canonical_refunds (
  source VARCHAR, record BIGINT, customer_id VARCHAR, refund_id VARCHAR, refunded_at BIGINT, amount DECIMAL(18,6), order_id VARCHAR,
  is_undated BOOLEAN);
CREATE TABLE canonical_events (
  source VARCHAR, record BIGINT, customer_id VARCHAR, event_type VARCHAR, occurred_at BIGINT, campaign_id VARCHAR, message_id VARCHAR);
CREATE TABLE canonical_subscriptions (
  source VARCHAR, record BIGINT, customer_id VARCHAR, subscription_id VARCHAR, started_at BIGINT, plan VARCHAR, ended_at BIGINT,
  cancelled_at BIGINT, amount DECIMAL(18,6), period VARCHAR, is_trial BOOLEAN);

-- Rows that are not stored. 'reason' groups them; 'detail' may say more of one row, where {other} stands for the line of
-- 'other_record'. 'amount' is the row's money, signed as in money_read.
-- A row that 'is_understood' is known to be nothing to store (nobody's order, another currency, a test) and no fault of file or mapping.
CREATE TABLE canonical_rejects (
  source VARCHAR, record BIGINT, field VARCHAR, reason VARCHAR, detail VARCHAR, other_record BIGINT, amount DECIMAL(38,6), currency VARCHAR,
  is_understood BOOLEAN);
-- Orders of nobody known: in no customer's figure, and beside the totals. Their rows are among the rejects, and understood.
CREATE TABLE canonical_nobody (
  source VARCHAR, record BIGINT, order_id VARCHAR, ordered_at BIGINT, amount DECIMAL(18,6), refunded DECIMAL(18,6), status VARCHAR, is_valid BOOLEAN);
-- Money of stored rows that is known to be no sale (a gift card in an order of goods), by file: counted, and in no figure.
CREATE TABLE canonical_left_out (source VARCHAR, reason VARCHAR, count BIGINT, amount DECIMAL(38,6), currency VARCHAR, record BIGINT);
-- Money of every row read, by file and currency: what stored and rejected money must add up to.
CREATE TABLE canonical_money_read (source VARCHAR, currency VARCHAR, amount DECIMAL(38,6));
-- What was kept but should be known; 'record' is the first one it is about.
CREATE TABLE canonical_notes (source VARCHAR, note VARCHAR, count BIGINT, record BIGINT);

-- ---------------------------------------------------------------- cells

-- Every cell of every file has gone through cell(t) when a preset sees it: CellText.cs says what that cleans. It is a function of its own
-- because DuckDB's trim alone takes longer.

-- Most ids are a number, with a few letters before it: no word stands in one, and it is shown with all its digits.
CREATE MACRO is_plain_id(id) AS regexp_full_match(id, '[A-Za-z]{1,3}[-_#]?[0-9]+|[1-9][0-9]*');
-- The one spelling of an id of a customer or an order (CellText.Id), and whether a spreadsheet has lost the digits of one.
CREATE MACRO id_text(t) AS CASE WHEN regexp_matches(t, '[.@]|[^ -~]') THEN written_id(t) ELSE t END;
CREATE MACRO is_destroyed_id(t) AS coalesce(
  regexp_full_match(t, '#{3,}|(?i)[0-9]([.,][0-9]+)?E[+]?[0-9]{1,3}') AND has_lost_digits(t), false);

CREATE MACRO flag(t) AS
  CASE WHEN lower(t) IN ('1', 'true', 't', 'yes', 'y', 'on', 'subscribed', 'accepts', 'ja', 'j', 'wahr', 'oui', 'o', 'vrai', 'sí', 'si', 's', 'sì', 'verdadero',
         'vero', 'sim', 'verdadeiro', 'tak', 'prawda', 'waar', 'はい', '有', 'x', '✓', '✔') THEN true
       WHEN lower(t) IN ('0', 'false', 'f', 'no', 'n', 'off', 'unsubscribed', 'nein', 'falsch', 'non', 'faux', 'falso', 'não', 'nao', 'nee', 'nie', 'fałsz',
         'onwaar', 'いいえ', '無') THEN false END;

-- Numbers and times in the forms people write them are read outside (plain_number, written_instant); plain ones here, which
-- is several times faster and the rule.
CREATE MACRO number(t, decimal_mark) AS
  CASE WHEN decimal_mark = '.' THEN coalesce(TRY_CAST(t AS DECIMAL(18,6)), TRY_CAST(plain_number(t, '.') AS DECIMAL(18,6)))
       ELSE TRY_CAST(plain_number(t, decimal_mark) AS DECIMAL(18,6)) END;

CREATE MACRO is_iso(t) AS regexp_full_match(t, '\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}([.]\d+)?)?)?');
CREATE MACRO is_iso_time(t) AS is_iso(t) AND TRY_CAST(t AS TIMESTAMP) IS NOT NULL;
CREATE MACRO iso_instant(t) AS to_utc(epoch_ms(TRY_CAST(t AS TIMESTAMP)));

-- date_order is iso where every value of the column is a plain ISO time, otherwise dmy, mdy or ymd.
CREATE MACRO instant(t, date_order) AS
  CASE WHEN date_order = 'iso' THEN iso_instant(t)
       WHEN is_iso_time(t) THEN iso_instant(t)
       ELSE written_instant(t, date_order) END;

CREATE MACRO utc_instant(t, date_order) AS
  CASE WHEN is_iso_time(t) THEN epoch_ms(TRY_CAST(t AS TIMESTAMP)) ELSE written_utc(t, date_order) END;

-- ---------------------------------------------------------------- faults

CREATE MACRO fault(field_name, why) AS {'field': field_name, 'reason': why};

-- Ids are keys of tables and parts of addresses, which both have an end.
CREATE MACRO is_too_long(id) AS coalesce(length(id) > 255, false);
CREATE MACRO too_long(field_name) AS fault(field_name, replace(field_name, '_', ' ') || ' longer than 255 characters');

CREATE MACRO destroyed_id(field_name) AS
  fault(field_name, replace(field_name, '_', ' ') || ' has lost its digits in a spreadsheet: export the file anew and do not open it there');

-- 1970-01-01 to 2100-12-31 in the shop's time zone.
CREATE MACRO is_in_range(ms) AS ms >= getvariable('calendar_start_ms') AND ms < getvariable('calendar_end_ms');

CREATE MACRO time_fault(field_name, t, ms) AS
  CASE WHEN t IS NULL THEN fault(field_name, 'no ' || field_name)
       WHEN ms IS NULL AND regexp_matches(t, '^\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}')
            THEN fault(field_name, 'unreadable date: it does not fit the order of day and month in this file')
       WHEN ms IS NULL THEN fault(field_name, 'unreadable date')
       WHEN NOT is_in_range(ms) THEN fault(field_name, 'date out of range') END;

-- Ten thousand million of any currency is no order of one customer.
CREATE MACRO money_fault(field_name, t, amount) AS
  CASE WHEN t IS NULL THEN fault(field_name, 'no ' || field_name)
       WHEN amount IS NULL AND regexp_full_match(t, '[^0-9A-Za-z]*[0-9][0-9.,'' ]{10,}[^0-9A-Za-z]*') THEN fault(field_name, 'absurd amount')
       WHEN amount IS NULL THEN fault(field_name, 'unreadable amount')
       WHEN abs(amount) > 1e10 THEN fault(field_name, 'absurd amount') END;

-- What is written for none where an amount may stand: a dash, with a currency or without, as spreadsheets show nought.
CREATE MACRO is_no_amount(t) AS coalesce(regexp_full_match(upper(t), '[\p{Sc}A-Z ]{0,5}[-–—]+[\p{Sc}A-Z ]{0,5}|NONE|NO|N/?A|NULL'), true);

-- Currencies that an amount may be in by the sign or the code beside it; many share the dollar's. 'kr' says
-- too little: shops outside of Scandinavia have it as a stray word.
CREATE MACRO named_currencies(amount) AS CASE
  WHEN regexp_full_match(amount, '[-+0-9.,'' ]*') THEN NULL
  WHEN regexp_matches(amount, '(?i)€|\beuros?\b') THEN ['EUR']
  WHEN regexp_matches(amount, '(?i)\b(us|au?|ca?|nz|hk|s|nt|mx) ?\$')
    THEN [CASE lower(regexp_extract(amount, '(?i)\b(us|au?|ca?|nz|hk|s|nt|mx) ?\$', 1)) WHEN 'us' THEN 'USD' WHEN 'a' THEN 'AUD' WHEN 'au' THEN 'AUD' WHEN 'c' THEN 'CAD'
      WHEN 'ca' THEN 'CAD' WHEN 'nz' THEN 'NZD' WHEN 'hk' THEN 'HKD' WHEN 's' THEN 'SGD' WHEN 'nt' THEN 'TWD' ELSE 'MXN' END]
  WHEN regexp_matches(amount, '(?i)\b(aud|bgn|brl|cad|chf|clp|cny|cop|czk|dkk|eur|gbp|hkd|huf|idr|ils|inr|jpy|krw|mxn|myr|nok|nzd|php|pln|ron|rub|sek|sgd|thb|try|twd|uah|usd|vnd|zar)\b')
    THEN [upper(regexp_extract(amount, '(?i)\b(aud|bgn|brl|cad|chf|clp|cny|cop|czk|dkk|eur|gbp|hkd|huf|idr|ils|inr|jpy|krw|mxn|myr|nok|nzd|php|pln|ron|rub|sek|sgd|thb|try|twd|uah|usd|vnd|zar)\b', 1))]
  WHEN regexp_matches(amount, '£|(?i)\b(pounds?|sterling|pfund)\b') THEN ['GBP'] WHEN contains(amount, 'R$') THEN ['BRL'] WHEN contains(amount, '₹') THEN ['INR']
  WHEN regexp_matches(amount, '[$＄]|(?i)\bdollars?\b') THEN ['USD', 'CAD', 'AUD', 'NZD', 'SGD', 'HKD', 'MXN', 'CLP', 'COP', 'ARS', 'UYU', 'DOP', 'TWD', 'BBD', 'JMD', 'TTD', 'BMD', 'BSD', 'BZD', 'FJD', 'GYD', 'KYD', 'LRD', 'NAD', 'SBD', 'SRD', 'XCD', 'CUP', 'CVE', 'TOP', 'WST', 'BND']
  WHEN regexp_matches(amount, '円|(?i)\byen\b') THEN ['JPY'] WHEN regexp_matches(amount, '[¥￥]') THEN ['JPY', 'CNY'] WHEN contains(amount, '₩') THEN ['KRW'] WHEN contains(amount, '₽') THEN ['RUB']
  WHEN contains(amount, '₺') THEN ['TRY'] WHEN contains(amount, '₴') THEN ['UAH'] WHEN contains(amount, '₪') THEN ['ILS']
  WHEN contains(amount, '฿') THEN ['THB'] WHEN contains(amount, '₫') THEN ['VND']
  WHEN regexp_matches(amount, '(?i)zł') THEN ['PLN'] WHEN regexp_matches(amount, '(?i)\b(franken|francs? suisses?)\b') THEN ['CHF'] WHEN regexp_matches(amount, '(?i)kč') THEN ['CZK'] WHEN regexp_matches(amount, '\bFt\b') THEN ['HUF']
  WHEN regexp_matches(amount, '(?i)\bs?fr\.') THEN ['CHF', 'XOF', 'XAF', 'XPF'] END;
-- The one it is in; null where several use the sign.
CREATE MACRO currency_of(amount) AS CASE WHEN len(named_currencies(amount)) = 1 THEN named_currencies(amount)[1] END;
-- A cell that says a currency by its code, its sign or its name.
CREATE MACRO currency_code(t) AS CASE WHEN upper(t) = getvariable('shop_currency') THEN upper(t) WHEN regexp_full_match(upper(t), '[A-Z]{3}') THEN upper(t)
  WHEN list_contains(named_currencies(t), getvariable('shop_currency')) THEN getvariable('shop_currency') ELSE coalesce(named_currencies(t)[1], upper(t)) END;
-- Null for an amount without any, and for one that may be in the shop's.
CREATE MACRO other_currency(amount) AS
  CASE WHEN NOT list_contains(named_currencies(amount), getvariable('shop_currency')) THEN named_currencies(amount)[1] END;
-- Rates at the order's date are not kept, so money of another currency cannot be added up with the shop's.
CREATE MACRO currency_fault(code) AS
  CASE WHEN code = getvariable('shop_currency') THEN NULL
       WHEN list_contains(getvariable('known_currencies'), code)
            THEN fault('currency', 'currency ' || code || ', the shop keeps ' || getvariable('shop_currency') || ' and has no rate')
       ELSE fault('currency', 'unknown currency') END;

-- What most rows are: nothing that follows finds a fault with one, which is seen sooner.
CREATE MACRO is_sound_row(customer_id, order_id, placed, paid, code) AS
  code = getvariable('shop_currency') AND paid BETWEEN -1e10::DECIMAL(18,6) AND 1e10::DECIMAL(18,6) AND is_in_range(placed) AND length(customer_id) <= 255 AND length(order_id) <= 255
  AND is_plain_id(customer_id) AND is_plain_id(order_id);

-- Of a row that is one order and says what of it was given back.
CREATE MACRO sale_fault(placed_text, placed, paid_text, paid, returned_text, returned, code) AS coalesce(
  time_fault('ordered_at', placed_text, placed),
  money_fault('amount', paid_text, paid),
  CASE WHEN paid < 0 THEN fault('amount', 'negative amount') END,
  CASE WHEN NOT is_no_amount(returned_text) THEN money_fault('refunded', returned_text, returned) END,
  currency_fault(code));

-- ---------------------------------------------------------------- ids

-- What shops write where they know nobody. Such a row has the customer '', which no cell is.
CREATE MACRO is_placeholder(id) AS
  regexp_full_match(lower(id), '0|-+|\?+|guest|guest[ _-]?(user|customer|checkout|order)?|anonymous|anonymou?s?[ _-]?(user|customer)|anonym|unknown|n/?a|none|null|nobody|walk[ _-]?in([ _-]?customer)?|cash[ _-]?(customer|sale)|no[ _-]?(e-?mail|customer|name)|gast|gastbestellung|unbekannt|laufkunde|barverkauf|kassenkunde|invité|invite|anonyme|inconnu|client[ _-]?(de[ _-]?)?passage|invitado|anónimo|anonimo|desconocido|ospite|sconosciuto|onbekend|convidado|desconhecido|gość|gosc|nieznany|ゲスト|不明')
  OR regexp_full_match(lower(id), '[^@]*@([^@]*\.)?(invalid|example|localhost|test)|(no-?reply|noemail|no-?email|none|null|guest|pos|unknown|anonymous|noreply)@.*');
-- What stands for a customer or an order in a row that adds up others.
CREATE MACRO is_sum(id) AS regexp_full_match(strip_accents(lower(id)),
  '(grand[ -]?|sub[ -]?|general[ -]?)?totals?:?|totals? (general|geral|generale|ogolem|commandes|pedidos|orders)|sous[ -]?total|(gesamt|zwischen|end|monats|jahres|teil|tages)?summen?:?|gesamt(betrag|umsatz|ergebnis)?:?|insgesamt|(sub)?totale( generale)?|(sub|eind)?totaal|suma( koncowa| czesciowa)?|razem|ogołem|ogolem|somme|soma|suma total|合計|小計|総計');
CREATE MACRO known(id) AS
  CASE WHEN id IS NULL OR is_placeholder(id) OR list_contains(getvariable('own_addresses'), lower(id)) THEN '' ELSE id END;
CREATE MACRO is_known(id) AS id <> '';
-- By the first of two that says who it is.
CREATE MACRO customer_of(id, other) AS
  CASE WHEN is_plain_id(id) AND NOT list_contains(getvariable('own_addresses'), lower(id)) THEN id WHEN id IS NULL OR is_placeholder(id) OR list_contains(getvariable('own_addresses'), lower(id)) THEN known(other) ELSE id END;
CREATE MACRO nobody_reason() AS 'order of nobody known: no customer to attribute it to';

-- Rows that were understood and are not stored do not speak against the mapping.
CREATE MACRO is_understood(reason) AS starts_with(reason, 'order of nobody known') OR starts_with(reason, 'currency ')
  OR starts_with(reason, 'subscription that is over') OR starts_with(reason, 'sum of other rows');

-- ---------------------------------------------------------------- meaning

-- An order with a status that is no sale is stored, and in no figure. Which statuses are one the user says (--statuses) or the preset,
-- and an order without any is then none. Otherwise what Vocabulary/statuses.tsv says of the status, in the languages shops export in, and
-- a status it does not know is a sale. Refunded orders are sales; the refund is a row of its own.
CREATE MACRO is_sale_unless(status, is_no_sale) AS
  CASE WHEN len(getvariable('sale_statuses')) > 0 THEN coalesce(list_contains(getvariable('sale_statuses'), status_word(status)), false)
       ELSE NOT coalesce(is_no_sale, false) END;
-- A status of a subscription that nothing is paid for any more.
CREATE MACRO is_over(status) AS regexp_full_match(status_word(status),
  'cancell?ed|cancell?ed-by-.*|expired|ended|terminated|inactive|churned|lapsed|deactivated|stopped|gekundigt|beendet|abgelaufen|inaktiv|storniert|resiliee?|annulee?|expiree?|terminee?|inacti[fv]e?|cancelad[oa]|anulad[oa]|caducad[oa]|finalizad[oa]|inactiv[oa]|annullat[oa]|cancellat[oa]|scadut[oa]|disdett[oa]|inattiv[oa]|opgezegd|beeindigd|verlopen|geannuleerd|inactief|expirad[oa]|encerrad[oa]|inativ[oa]|anulowan[aey]|wygasl[aey]|zakonczon[aey]|nieaktywn[aey]|解約(済み)?|キャンセル(済み)?|終了|期限切れ');
CREATE MACRO is_no_sale(status) AS status_meaning(status) = 'no_sale';
-- It came to nothing, whatever else is said of it: neither open nor on its way.
CREATE MACRO is_undone(status) AS regexp_matches(status_word(status),
  'cancel|storn|annul|anul|void|fraud|fail|declin|reject|fehlgeschlag|gescheitert|abgelehnt|echou|refus|fallid|rechaz|fallit|rifiut|mislukt|geweigerd|falh|recus|nieudan|odrzuc|キャンセル|取消|失敗|拒否');
-- What an order is by its own status and that of its payment: undone or refunded by either, sold by either.
CREATE MACRO one_status(of_order, of_payment) AS CASE
  WHEN of_payment IS NULL OR list_contains(getvariable('sale_statuses'), status_word(of_order)) THEN of_order
  WHEN of_order IS NULL THEN of_payment
  WHEN is_undone(of_order) THEN of_order WHEN is_undone(of_payment) THEN of_payment
  WHEN status_meaning(of_payment) IN ('refunded', 'partially_refunded') THEN of_payment
  WHEN status_meaning(of_order) IN ('refunded', 'partially_refunded', 'sale') THEN of_order
  WHEN status_meaning(of_payment) = 'sale' THEN of_payment ELSE of_order END;
CREATE MACRO is_sale(status) AS is_sale_unless(status, is_no_sale(status));
