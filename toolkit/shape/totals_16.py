"""Functions of PostgreSQL 16 that return no NULL; written by tools/totals.py."""

# ruff: noqa: SIM905 - names to read, not a list of strings

TOTAL = frozenset(
    """
    abbrev abs acos acosd acosh age any_value_transfn anytextcat area/1468 area/975 array_append array_cat
    array_eq array_fill array_ge array_gt array_larger array_le array_lt array_ne array_positions
    array_prepend array_remove array_replace array_sample array_shuffle array_smaller array_to_json
    array_to_string array_to_tsvector arraycontained arraycontains arrayoverlap ascii asin asind asinh atan
    atan2 atan2d atand atanh bit bit_count bit_length bitand bitcat bitcmp biteq bitge bitgt bitle bitlt bitne
    bitnot bitor bitshiftleft bitshiftright bitxor bool booland_statefunc booleq boolge boolgt boolle boollt
    boolne boolor_statefunc bound_box box box_above box_above_eq box_add box_below box_below_eq box_center
    box_contain box_contain_pt box_contained box_distance box_div box_eq box_ge box_gt box_le box_left box_lt
    box_mul box_overabove box_overbelow box_overlap box_overleft box_overright box_right box_same box_sub
    bpchar bpchar_larger bpchar_pattern_ge bpchar_pattern_gt bpchar_pattern_le bpchar_pattern_lt
    bpchar_smaller bpcharcmp bpchareq bpcharge bpchargt bpchariclike bpcharicnlike bpcharicregexeq
    bpcharicregexne bpcharle bpcharlike bpcharlt bpcharne bpcharnlike bpcharregexeq bpcharregexne broadcast
    btarraycmp btboolcmp btbpchar_pattern_cmp btcharcmp btequalimage btfloat48cmp btfloat4cmp btfloat84cmp
    btfloat8cmp btint24cmp btint28cmp btint2cmp btint42cmp btint48cmp btint4cmp btint82cmp btint84cmp
    btint8cmp btnamecmp btnametextcmp btoidcmp btrim bttext_pattern_cmp bttextcmp bttextnamecmp bttidcmp
    byteacat byteacmp byteaeq byteage byteagt byteale bytealike bytealt byteane byteanlike cardinality
    cash_cmp cash_div_cash cash_div_flt4 cash_div_flt8 cash_div_int2 cash_div_int4 cash_div_int8 cash_eq
    cash_ge cash_gt cash_le cash_lt cash_mi cash_mul_flt4 cash_mul_flt8 cash_mul_int2 cash_mul_int4
    cash_mul_int8 cash_ne cash_pl cash_words cashlarger cashsmaller cbrt ceil ceiling center char char_length
    character_length chareq charge chargt charle charlt charne chr cideq cidr circle circle_above
    circle_add_pt circle_below circle_center circle_contain circle_contain_pt circle_contained circle_distance
    circle_div_pt circle_eq circle_ge circle_gt circle_le circle_left circle_lt circle_mul_pt circle_ne
    circle_overabove circle_overbelow circle_overlap circle_overleft circle_overright circle_right circle_same
    circle_sub_pt clock_timestamp close_sb concat concat_ws convert convert_from convert_to cos cosd cosh cot
    cotd current_database current_user date date_add date_bin date_cmp date_cmp_timestamp date_cmp_timestamptz
    date_eq date_eq_timestamp date_eq_timestamptz date_ge date_ge_timestamp date_ge_timestamptz date_gt
    date_gt_timestamp date_gt_timestamptz date_larger date_le date_le_timestamp date_le_timestamptz date_lt
    date_lt_timestamp date_lt_timestamptz date_mi date_mi_interval date_mii date_ne date_ne_timestamp
    date_ne_timestamptz date_part/1172 date_pl_interval date_pli date_smaller date_subtract date_trunc
    datemultirange/4292 datemultirange/4293 daterange/3941 daterange_canonical daterange_subdiff datetime_pl
    datetimetz_pl dcbrt degrees dexp diagonal diameter dist_bp dist_bs dist_cpoint dist_cpoly dist_lp dist_ls
    dist_pathp dist_pb dist_pc dist_pl dist_polyc dist_polyp dist_ppath dist_ppoly dist_ps dist_sb dist_sl
    dist_sp div dlog1 dlog10 dpow dround dsqrt dtrunc elem_contained_by_multirange elem_contained_by_range
    enum_cmp enum_eq enum_first enum_ge enum_gt enum_larger enum_last enum_le enum_lt enum_ne enum_range
    enum_smaller erf erfc exp extract/6204 factorial family float4 float48div float48eq float48ge float48gt
    float48le float48lt float48mi float48mul float48ne float48pl float4abs float4div float4eq float4ge
    float4gt float4larger float4le float4lt float4mi float4mul float4ne float4pl float4smaller float4um
    float4up float8 float84div float84eq float84ge float84gt float84le float84lt float84mi float84mul
    float84ne float84pl float8abs float8div float8eq float8ge float8gt float8larger float8le float8lt float8mi
    float8mul float8ne float8pl float8smaller float8um float8up floor flt4_mul_cash flt8_mul_cash format
    format_type gcd gen_random_uuid generate_series generate_subscripts get_bit get_byte get_current_ts_config
    getdatabaseencoding getpgusername gin_cmp_tslexeme gin_compare_jsonb hash_array hash_multirange
    hash_numeric hash_range hashbpchar hashbpcharextended hashchar hashcharextended hashenum hashenumextended
    hashfloat4 hashfloat4extended hashfloat8 hashfloat8extended hashinet hashinetextended hashint2
    hashint2extended hashint4 hashint4extended hashint8 hashint8extended hashmacaddr hashmacaddr8
    hashmacaddr8extended hashmacaddrextended hashname hashnameextended hashoid hashoidextended hashtext
    hashtextextended hashtid hashtidextended height host hostmask in_range inetand inetmi inetmi_int8 inetnot
    inetor inetpl initcap int2 int24div int24eq int24ge int24gt int24le int24lt int24mi int24mul int24ne
    int24pl int28div int28eq int28ge int28gt int28le int28lt int28mi int28mul int28ne int28pl int2_mul_cash
    int2_sum int2abs int2and int2div int2eq int2ge int2gt int2larger int2le int2lt int2mi int2mod int2mul
    int2ne int2not int2or int2pl int2shl int2shr int2smaller int2um int2up int2xor int4 int42div int42eq
    int42ge int42gt int42le int42lt int42mi int42mul int42ne int42pl int48div int48eq int48ge int48gt int48le
    int48lt int48mi int48mul int48ne int48pl int4_mul_cash int4_sum int4abs int4and int4div int4eq int4ge
    int4gt int4inc int4larger int4le int4lt int4mi int4mod int4mul int4multirange/4280 int4multirange/4281
    int4ne int4not int4or int4pl int4range/3840 int4range_canonical int4range_subdiff int4shl int4shr
    int4smaller int4um int4up int4xor int8 int82div int82eq int82ge int82gt int82le int82lt int82mi int82mul
    int82ne int82pl int84div int84eq int84ge int84gt int84le int84lt int84mi int84mul int84ne int84pl
    int8_mul_cash int8_sum int8abs int8and int8dec int8dec_any int8div int8eq int8ge int8gt int8inc
    int8inc_any int8inc_float8_float8 int8larger int8le int8lt int8mi int8mod int8mul int8multirange/4295
    int8multirange/4296 int8ne int8not int8or int8pl int8pl_inet int8range/3945 int8range_canonical
    int8range_subdiff int8shl int8shr int8smaller int8um int8up int8xor integer_pl_date inter_lb inter_sb
    inter_sl interval interval_cmp interval_div interval_eq interval_ge interval_gt interval_larger
    interval_le interval_lt interval_mi interval_mul interval_ne interval_pl interval_pl_date interval_pl_time
    interval_pl_timestamp interval_pl_timestamptz interval_pl_timetz interval_smaller interval_um isclosed
    isempty isfinite ishorizontal isopen isparallel isperp isvertical json_array_elements json_array_length
    json_build_array json_build_object/3201 json_object json_object_keys json_strip_nulls json_to_tsvector
    json_typeof jsonb_array_elements jsonb_array_length jsonb_build_array jsonb_build_object/3274 jsonb_cmp
    jsonb_concat jsonb_contained jsonb_contains jsonb_delete jsonb_delete_path jsonb_eq jsonb_exists
    jsonb_exists_all jsonb_exists_any jsonb_ge jsonb_gt jsonb_insert jsonb_le jsonb_lt jsonb_ne jsonb_object
    jsonb_object_keys jsonb_path_exists jsonb_path_exists_opr jsonb_path_exists_tz jsonb_path_query
    jsonb_path_query_array jsonb_path_query_array_tz jsonb_path_query_tz jsonb_pretty jsonb_set jsonb_set_lax
    jsonb_strip_nulls jsonb_to_tsvector jsonb_typeof justify_days justify_hours justify_interval lcm left
    length like like_escape line line_distance line_eq line_horizontal line_intersect line_parallel line_perp
    line_vertical ln log log10 lower/870 lower_inc lower_inf lpad lseg lseg_center lseg_distance lseg_eq
    lseg_ge lseg_gt lseg_horizontal lseg_intersect lseg_le lseg_length lseg_lt lseg_ne lseg_parallel lseg_perp
    lseg_vertical ltrim macaddr8 macaddr8_and macaddr8_cmp macaddr8_eq macaddr8_ge macaddr8_gt macaddr8_le
    macaddr8_lt macaddr8_ne macaddr8_not macaddr8_or macaddr8_set7bit macaddr_and macaddr_cmp macaddr_eq
    macaddr_ge macaddr_gt macaddr_le macaddr_lt macaddr_ne macaddr_not macaddr_or make_date make_interval
    make_time make_timestamp make_timestamptz/3462 masklen md5 mod money mul_d_interval multirange
    multirange_adjacent_multirange multirange_adjacent_range multirange_after_multirange
    multirange_after_range multirange_before_multirange multirange_before_range multirange_cmp
    multirange_contained_by_multirange multirange_contained_by_range multirange_contains_elem
    multirange_contains_multirange multirange_contains_range multirange_eq multirange_ge multirange_gt
    multirange_intersect multirange_le multirange_lt multirange_minus multirange_ne
    multirange_overlaps_multirange multirange_overlaps_range multirange_overleft_multirange
    multirange_overleft_range multirange_overright_multirange multirange_overright_range multirange_union
    mxid_age name nameconcatoid nameeq nameeqtext namege namegetext namegt namegttext nameiclike nameicnlike
    nameicregexeq nameicregexne namele nameletext namelike namelt namelttext namene namenetext namenlike
    nameregexeq nameregexne netmask network network_cmp network_eq network_ge network_gt network_larger
    network_le network_lt network_ne network_overlap network_smaller network_sub network_subeq network_sup
    network_supeq notlike now npoints num_nonnulls num_nulls numeric numeric_abs numeric_add numeric_cmp
    numeric_div numeric_div_trunc numeric_eq numeric_exp numeric_ge numeric_gt numeric_inc numeric_larger
    numeric_le numeric_ln numeric_log numeric_lt numeric_mod numeric_mul numeric_ne numeric_pl_pg_lsn
    numeric_power numeric_smaller numeric_sqrt numeric_sub numeric_uminus numeric_uplus nummultirange/4283
    nummultirange/4284 numnode numrange/3844 numrange_subdiff octet_length oid oideq oidge oidgt oidlarger
    oidle oidlt oidne oidsmaller on_pb on_pl on_ppath on_ps on_sb on_sl overlaps overlay parse_ident path
    path_add_pt path_contain_pt path_distance path_div_pt path_inter path_length path_mul_pt path_n_eq
    path_n_ge path_n_gt path_n_le path_n_lt path_npoints path_sub_pt pclose phraseto_tsquery pi
    plainto_tsquery point point_above point_add point_below point_distance point_div point_eq point_horiz
    point_left point_mul point_ne point_right point_sub point_vert poly_above poly_below poly_center
    poly_contain poly_contain_pt poly_contained poly_distance poly_left poly_npoints poly_overabove
    poly_overbelow poly_overlap poly_overleft poly_overright poly_right poly_same polygon popen position
    postgresql_fdw_validator pow power pt_contained_circle pt_contained_poly querytree quote_ident
    quote_literal quote_nullable radians radius random random_normal range_adjacent range_adjacent_multirange
    range_after range_after_multirange range_before range_before_multirange range_cmp range_contained_by
    range_contained_by_multirange range_contains range_contains_elem range_contains_multirange range_eq
    range_ge range_gt range_intersect range_le range_lt range_merge range_minus range_ne range_overlaps
    range_overlaps_multirange range_overleft range_overleft_multirange range_overright
    range_overright_multirange range_union regexp_count regexp_instr/6257 regexp_instr/6258 regexp_instr/6259
    regexp_instr/6260 regexp_instr/6261 regexp_like regexp_matches regexp_replace regexp_split_to_array
    regexp_split_to_table repeat replace reverse right round rpad rtrim session_user set_bit set_byte
    set_masklen setweight sha224 sha256 sha384 sha512 sign similar_escape similar_to_escape sin sind sinh
    slope spg_poly_quad_compress split_part sqrt starts_with statement_timestamp string_to_array
    string_to_table/6160 strip strpos substr substring/1680 substring/1699 substring/2012 substring/2013
    substring/936 substring/937 tan tand tanh text/2971 text/401 text/406 text/730 text/946 text_ge text_gt
    text_larger text_le text_lt text_pattern_ge text_pattern_gt text_pattern_le text_pattern_lt text_smaller
    textanycat textcat texteq texteqname textgename textgtname texticlike texticnlike texticregexeq
    texticregexne textlen textlename textlike textltname textne textnename textnlike textregexeq textregexne
    tideq tidge tidgt tidlarger tidle tidlt tidne tidsmaller time/1419 time/1968 time/2046 time_cmp time_eq
    time_ge time_gt time_larger time_le time_lt time_mi_interval time_mi_time time_ne time_pl_interval
    time_smaller timedate_pl timeofday timestamp timestamp_cmp timestamp_cmp_date timestamp_cmp_timestamptz
    timestamp_eq timestamp_eq_date timestamp_eq_timestamptz timestamp_ge timestamp_ge_date
    timestamp_ge_timestamptz timestamp_gt timestamp_gt_date timestamp_gt_timestamptz timestamp_larger
    timestamp_le timestamp_le_date timestamp_le_timestamptz timestamp_lt timestamp_lt_date
    timestamp_lt_timestamptz timestamp_mi timestamp_mi_interval timestamp_ne timestamp_ne_date
    timestamp_ne_timestamptz timestamp_pl_interval timestamp_smaller timestamptz timestamptz_cmp
    timestamptz_cmp_date timestamptz_cmp_timestamp timestamptz_eq timestamptz_eq_date timestamptz_eq_timestamp
    timestamptz_ge timestamptz_ge_date timestamptz_ge_timestamp timestamptz_gt timestamptz_gt_date
    timestamptz_gt_timestamp timestamptz_larger timestamptz_le timestamptz_le_date timestamptz_le_timestamp
    timestamptz_lt timestamptz_lt_date timestamptz_lt_timestamp timestamptz_mi timestamptz_mi_interval
    timestamptz_ne timestamptz_ne_date timestamptz_ne_timestamp timestamptz_pl_interval timestamptz_smaller
    timetz/1969 timetz/2047 timetz_cmp timetz_eq timetz_ge timetz_gt timetz_larger timetz_le timetz_lt
    timetz_mi_interval timetz_ne timetz_pl_interval timetz_smaller timetzdate_pl timezone to_char/1772
    to_char/1773 to_char/1774 to_char/1775 to_char/1776 to_date to_hex to_json to_jsonb to_timestamp
    to_tsquery to_tsvector transaction_timestamp translate trim_array trim_scale trunc tsmultirange/4286
    tsmultirange/4287 tsq_mcontained tsq_mcontains tsquery_and tsquery_cmp tsquery_eq tsquery_ge tsquery_gt
    tsquery_le tsquery_lt tsquery_ne tsquery_not tsquery_or tsquery_phrase tsrange/3933 tsrange_subdiff
    tstzmultirange/4289 tstzmultirange/4290 tstzrange/3937 tstzrange_subdiff tsvector_cmp tsvector_concat
    tsvector_eq tsvector_ge tsvector_gt tsvector_le tsvector_lt tsvector_ne tsvector_to_array txid_current
    txid_current_snapshot unistr unnest/1293 upper/871 upper_inc upper_inf uuid_cmp uuid_eq uuid_ge uuid_gt
    uuid_le uuid_lt uuid_ne varbit varbitcmp varbiteq varbitge varbitgt varbitle varbitlt varbitne varchar
    version websearch_to_tsquery width width_bucket xid xid8_larger xid8_smaller xid8cmp xid8eq xid8ge xid8gt
    xid8le xid8lt xid8ne xideq xideqint4 xidneq xidneqint4
    """.split()
)

NEVER_NULL = frozenset(
    """
    array_append array_fill array_prepend concat daterange/3941 enum_first enum_last enum_range
    generate_series generate_subscripts int4range/3840 int8range/3945 json_array_elements
    json_build_array/3198 json_object_keys jsonb_array_elements jsonb_build_array/3271 jsonb_object_keys
    jsonb_path_query jsonb_path_query_tz num_nonnulls num_nulls numrange/3844 quote_nullable regexp_matches
    regexp_split_to_table satisfies_hash_partition string_to_table/6160 tsrange/3933 tstzrange/3937
    unnest/1293
    """.split()
)
